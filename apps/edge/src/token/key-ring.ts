/** The keys that are valid now: those of the configuration, and those of a JWKS that change with time. */
import type { Algorithm, VerificationKey } from './verification-key.ts';

export interface KeyRing {
  /** Keys that may have signed a token with this header. A key without `kid` tries every token. */
  candidates(algorithm: Algorithm, kid: string | undefined): readonly VerificationKey[];
  /** Puts these in the place of what the JWKS gave before. */
  replaceFetched(keys: readonly VerificationKey[]): void;
  readonly size: number;
}

export function createKeyRing(configured: readonly VerificationKey[]): KeyRing {
  let keys = configured;
  return {
    candidates: (algorithm, kid) =>
      keys.filter((key) => key.algorithm === algorithm && mayFit(key.kid, kid)),
    replaceFetched: (fetched) => void (keys = [...configured, ...fetched]),
    get size() {
      return keys.length;
    },
  };
}

function mayFit(keyKid: string | undefined, tokenKid: string | undefined): boolean {
  return keyKid === undefined || tokenKid === undefined || keyKid === tokenKid;
}
