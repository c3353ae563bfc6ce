/** The tokens of the calling services, and the check that takes the same time whichever is given. */
import { createHash, randomBytes, createHmac, timingSafeEqual } from 'node:crypto';

export interface ApiTokens {
  /** The name of the service that a token belongs to; undefined when it is nobody's. */
  nameOf(token: string | undefined): string | undefined;
}

interface NamedDigest {
  readonly name: string;
  readonly digest: Buffer;
}

/** @param entries `name:token` or bare tokens, as in `API_TOKENS`. */
export function createApiTokens(entries: readonly string[]): ApiTokens {
  const key = randomBytes(32);
  const digestOf = (token: string) => createHmac('sha256', key).update(token).digest();
  const known = entries
    .map(readTokenEntry)
    .map(({ name, token }) => ({ name, digest: digestOf(token) }));
  // A digest costs more than all else that is asked of a call. Looked up by V8's seeded hash: the time
  // of a wrong token tells nothing of a right one.
  const accepted = new Map<string, string>();
  return {
    nameOf(token) {
      if (token === undefined) return undefined;
      const name = accepted.get(token) ?? find(known, digestOf(token));
      if (name !== undefined) accepted.set(token, name);
      return name;
    },
  };
}

/** Compares with every token, also after one has matched: the time tells nothing about which. */
function find(known: readonly NamedDigest[], digest: Buffer): string | undefined {
  let found: string | undefined;
  for (const candidate of known) {
    if (timingSafeEqual(candidate.digest, digest)) found = candidate.name;
  }
  return found;
}

/** The first colon ends the name, so a bare token must not hold one. */
export function readTokenEntry(entry: string): { name: string; token: string } {
  const colon = entry.indexOf(':');
  if (colon <= 0) return { name: nameFor(entry), token: entry };
  return { name: entry.slice(0, colon), token: entry.slice(colon + 1) };
}

/** A bare token's name must survive restarts and reordering: idempotency keys are kept under it. */
function nameFor(token: string): string {
  return createHash('sha256').update(token).digest('hex').slice(0, 12);
}
