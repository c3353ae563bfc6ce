/** Is this token ours, in time, and whose is it? Synchronous and total: any text gives an answer. */
import { createHash } from 'node:crypto';
import { readCompactJwt, type CompactJwt } from './compact-jwt.ts';
import type { KeyRing } from './key-ring.ts';
import type { Algorithm } from './verification-key.ts';

export interface VerifiedToken<Claims> {
  readonly ok: true;
  readonly claims: Claims;
  readonly expiresAtMs: number;
  /** A digest: what the deny-list and logs may know of it. */
  readonly tokenId: string;
}

export interface RefusedToken {
  readonly ok: false;
  readonly problem: 'expired' | 'invalid';
  /** For the client's developer: never holds a part of the token. */
  readonly reason: string;
}

export type TokenVerdict<Claims> = VerifiedToken<Claims> | RefusedToken;

export interface TokenRules<Claims> {
  readonly keys: KeyRing;
  /** Reads the claims; a string says what is wrong with them. */
  readonly readClaims: (payload: Readonly<Record<string, unknown>>) => Claims | string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** How far the signer's clock may be off, ms. */
  readonly leewayMs: number;
  readonly maxBytes: number;
  /** Called when no key fits a token's `kid`. */
  readonly onUnknownKey?: () => void;
}

const algorithms: ReadonlySet<unknown> = new Set(['HS256', 'RS256', 'EdDSA'] satisfies Algorithm[]);

export function verifyToken<Claims extends object>(
  token: string,
  rules: TokenRules<Claims>,
): TokenVerdict<Claims> {
  if (token.length > rules.maxBytes) return invalid(`longer than ${rules.maxBytes} bytes`);
  const jwt = readCompactJwt(token);
  if (jwt === undefined) return invalid('not a JWT');
  const signature = checkSignature(jwt, rules);
  if (signature !== undefined) return invalid(signature);
  const expiresAtMs = checkTimes(jwt.payload, rules);
  if (typeof expiresAtMs !== 'number') return expiresAtMs;
  const claims = rules.readClaims(jwt.payload);
  if (typeof claims === 'string') return invalid(claims);
  return { ok: true, claims, expiresAtMs, tokenId: digestOf(jwt.signed) };
}

/** What is wrong with the signature, or undefined. */
function checkSignature(jwt: CompactJwt, rules: TokenRules<object>): string | undefined {
  const { alg, kid, crit } = jwt.header;
  if (!algorithms.has(alg)) return 'its alg is not accepted';
  if (crit !== undefined) return 'it has critical extensions';
  if (kid !== undefined && typeof kid !== 'string') return 'its kid is not a string';
  const keys = rules.keys.candidates(alg as Algorithm, kid);
  if (keys.length === 0) {
    rules.onUnknownKey?.();
    return 'no key for it';
  }
  const signed = keys.some((key) => key.verifies(jwt.signed, jwt.signature));
  return signed ? undefined : 'its signature does not fit';
}

/** When it ends, ms since the epoch; or why it cannot be used now. */
function checkTimes(
  { exp, nbf }: Readonly<Record<string, unknown>>,
  { now, leewayMs }: TokenRules<object>,
): number | RefusedToken {
  if (!isSeconds(exp)) return invalid('it has no exp');
  if (nbf !== undefined && !isSeconds(nbf)) return invalid('its nbf is not a number');
  if (exp * 1_000 + leewayMs <= now())
    return { ok: false, problem: 'expired', reason: 'it has expired' };
  if (nbf !== undefined && nbf * 1_000 - leewayMs > now()) return invalid('it is not valid yet');
  return exp * 1_000 + leewayMs;
}

function isSeconds(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}

/** Of what was signed only: the unused bits of a signature's last character can be changed freely. */
function digestOf(signed: Buffer): string {
  return createHash('sha256').update(signed).digest('base64url');
}

function invalid(reason: string): RefusedToken {
  return { ok: false, problem: 'invalid', reason };
}
