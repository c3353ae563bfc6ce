/**
 * Keys that tokens are checked with. Each is bound to one algorithm: the token's header chooses among
 * our keys, never what is done with them (RFC 8725 §3.1). Synchronous on purpose: a uWebSockets.js
 * request does not survive an `await`.
 */
import {
  createHmac,
  createPublicKey,
  timingSafeEqual,
  verify,
  type JsonWebKey,
  type KeyObject,
} from 'node:crypto';
import { z } from 'zod';

export type Algorithm = 'HS256' | 'RS256' | 'EdDSA';

export interface VerificationKey {
  readonly algorithm: Algorithm;
  /** Absent: tries tokens of any `kid`. */
  readonly kid?: string;
  verifies(signed: Buffer, signature: Buffer): boolean;
}

export type ImportedKey =
  | { readonly ok: true; readonly key: VerificationKey }
  | { readonly ok: false; readonly reason: string };

const rsaMinBits = 2_048;

const jwk = z.object({
  kty: z.enum(['oct', 'RSA', 'OKP']),
  kid: z.string().min(1).optional(),
  alg: z.enum(['HS256', 'RS256', 'EdDSA', 'Ed25519']).optional(),
  use: z.literal('sig').optional(),
  k: z.string().optional(),
  crv: z.string().optional(),
});

type Jwk = z.output<typeof jwk>;

const keySet = z.union([
  z.object({ keys: z.array(z.unknown()) }).transform(({ keys }) => keys),
  z.array(z.unknown()),
]);

const algorithmOf: Readonly<Record<Jwk['kty'], Algorithm>> = {
  oct: 'HS256',
  RSA: 'RS256',
  OKP: 'EdDSA',
};

/** The members of a JWK set (or a plain array of JWKs); undefined when it is neither. */
export function readKeySet(value: unknown): unknown[] | undefined {
  const parsed = keySet.safeParse(value);
  return parsed.success ? parsed.data : undefined;
}

export function secretKey(secret: string | Buffer, kid?: string): VerificationKey {
  const verifies = (signed: Buffer, signature: Buffer) => {
    const expected = createHmac('sha256', secret).update(signed).digest();
    return expected.length === signature.length && timingSafeEqual(expected, signature);
  };
  return { algorithm: 'HS256', verifies, ...(kid !== undefined && { kid }) };
}

/** A key from its JWK (RFC 7517); what cannot be used is named and never guessed. */
export function importJwk(value: unknown): ImportedKey {
  const parsed = jwk.safeParse(value);
  if (!parsed.success) return unusable('it is not a signature key of type oct, RSA or OKP');
  const { kty, alg, k, kid } = parsed.data;
  const algorithm = algorithmOf[kty];
  const named = alg === 'Ed25519' ? 'EdDSA' : alg;
  if (named !== undefined && named !== algorithm) return unusable(`${kty} does not go with ${alg}`);
  if (algorithm === 'HS256') return importSecret(k, kid);
  return importPublic(value, algorithm, kid);
}

function importSecret(k: string | undefined, kid: string | undefined): ImportedKey {
  const bytes = Buffer.from(k ?? '', 'base64url');
  if (bytes.length < 32) return unusable('a secret for HS256 must have at least 32 bytes');
  return { ok: true, key: secretKey(bytes, kid) };
}

function importPublic(value: unknown, algorithm: Algorithm, kid: string | undefined): ImportedKey {
  const key = publicKeyOf(value);
  if (key === undefined) return unusable('it cannot be read');
  const weakness = weaknessOf(key);
  if (weakness !== undefined) return unusable(weakness);
  const digest = algorithm === 'RS256' ? 'sha256' : null;
  const verifies = (signed: Buffer, signature: Buffer) => verify(digest, signed, key, signature);
  return { ok: true, key: { algorithm, verifies, ...(kid !== undefined && { kid }) } };
}

function publicKeyOf(value: unknown): KeyObject | undefined {
  try {
    return createPublicKey({ key: value as JsonWebKey, format: 'jwk' });
  } catch {
    return undefined; // The caller names the key that cannot be read.
  }
}

function weaknessOf(key: KeyObject): string | undefined {
  if (key.asymmetricKeyType === 'ed25519') return undefined;
  if (key.asymmetricKeyType !== 'rsa') return `its type ${key.asymmetricKeyType} is not supported`;
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
  return bits < rsaMinBits ? `an RSA key must have at least ${rsaMinBits} bits` : undefined;
}

function unusable(reason: string): ImportedKey {
  return { ok: false, reason };
}
