/** A JWT in compact form (RFC 7519, RFC 7515 §3.1) taken apart. Nothing here is trusted yet. */
export interface CompactJwt {
  readonly header: Readonly<Record<string, unknown>>;
  readonly payload: Readonly<Record<string, unknown>>;
  /** What was signed: the first two parts with their dot. */
  readonly signed: Buffer;
  readonly signature: Buffer;
}

const SHAPE = /^([\w-]+)\.([\w-]+)\.([\w-]+)$/u;

/** The parts, or undefined for anything that is not three base64url parts with two JSON objects. */
export function readCompactJwt(token: string): CompactJwt | undefined {
  const match = SHAPE.exec(token);
  if (match === null) return undefined;
  const header = readObject(match[1]!);
  const payload = readObject(match[2]!);
  if (header === undefined || payload === undefined) return undefined;
  const signed = Buffer.from(`${match[1]}.${match[2]}`, 'latin1');
  return { header, payload, signed, signature: Buffer.from(match[3]!, 'base64url') };
}

function readObject(part: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined; // Not JSON: the caller refuses the token.
  }
}
