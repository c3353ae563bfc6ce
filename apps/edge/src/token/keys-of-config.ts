/** The keys that the configuration names, or what is wrong with it. */
import { importJwk, readKeySet, secretKey, type VerificationKey } from './verification-key.ts';

export interface KeySettings {
  readonly secret: string | undefined;
  /** A JWK set as JSON. */
  readonly keySet: string | undefined;
  readonly jwksUrl: string | undefined;
}

export type ConfiguredKeys =
  | { readonly ok: true; readonly keys: readonly VerificationKey[] }
  /** Never holds a part of a key. */
  | { readonly ok: false; readonly problem: string };

export function keysOfConfig({ secret, keySet, jwksUrl }: KeySettings): ConfiguredKeys {
  if (secret === undefined && keySet === undefined && jwksUrl === undefined) {
    return problem('one of AUTH_SECRET, AUTH_KEYS and AUTH_JWKS_URL is required');
  }
  const keys = secret === undefined ? [] : [secretKey(secret)];
  if (keySet === undefined) return { ok: true, keys };
  const members = readKeySet(parse(keySet));
  if (members === undefined) return problem('AUTH_KEYS: must be a JWK set as JSON');
  for (const [index, member] of members.entries()) {
    const imported = importJwk(member);
    if (!imported.ok)
      return problem(`AUTH_KEYS: key ${index + 1} cannot be used: ${imported.reason}`);
    keys.push(imported.key);
  }
  return { ok: true, keys };
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined; // Not JSON: the caller says so.
  }
}

function problem(text: string): ConfiguredKeys {
  return { ok: false, problem: text };
}
