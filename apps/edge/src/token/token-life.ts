/** What is kept of a token once it was verified. */
import type { Claims } from '@switchboard/protocol';
import type { VerifiedToken } from './verify-token.ts';

export interface TokenLife {
  readonly tokenId: string;
  /** Milliseconds since the epoch, as the token says; undefined: it does not say. */
  readonly issuedAtMs: number | undefined;
  /** Milliseconds since the epoch. */
  readonly expiresAtMs: number;
}

export function lifeOf({ tokenId, expiresAtMs, claims }: VerifiedToken<Claims>): TokenLife {
  const { iat } = claims;
  return { tokenId, expiresAtMs, issuedAtMs: typeof iat === 'number' ? iat * 1_000 : undefined };
}
