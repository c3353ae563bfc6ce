/** Tokens as the customer's backend would mint them. */
import { SignJWT } from 'jose';

export interface TokenClaims {
  sub: string;
  role: 'client' | 'operator';
  name?: string;
  chat_id?: string;
  /** Seconds since the epoch (default now). */
  iat?: number;
  [claim: string]: unknown;
}

/** A token signed with HS256 that lives for `expiresInS` seconds (default one hour; negative: expired). */
export const mintToken = (
  authSecret: string,
  claims: TokenClaims,
  expiresInS = 3600,
): Promise<string> =>
  new SignJWT(claims)
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setIssuedAt(claims.iat)
    .setExpirationTime(Math.floor(Date.now() / 1000) + expiresInS)
    .sign(new TextEncoder().encode(authSecret));
