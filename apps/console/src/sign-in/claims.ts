/** What a token says of itself. Nobody is trusted for it: the edges check tokens. */
export interface Claims {
  readonly sub: string;
  readonly role: 'client' | 'operator';
  readonly name?: string;
  readonly chat_id?: string;
  /** Seconds since the epoch. */
  readonly exp?: number;
}

/** Undefined for what is no token. */
export function readClaims(token: string): Claims | undefined {
  const payload = token.trim().split('.')[1];
  if (payload === undefined) return undefined;
  try {
    const claims: unknown = JSON.parse(decodeBase64Url(payload));
    return isClaims(claims) ? claims : undefined;
  } catch {
    return undefined;
  }
}

function decodeBase64Url(text: string): string {
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  return new TextDecoder().decode(Uint8Array.from(binary, (char) => char.codePointAt(0) ?? 0));
}

function isClaims(value: unknown): value is Claims {
  if (typeof value !== 'object' || value === null) return false;
  const { sub, role } = value as Record<string, unknown>;
  return typeof sub === 'string' && (role === 'client' || role === 'operator');
}
