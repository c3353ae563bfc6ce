import { createHmac, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { SignJWT, exportJWK } from 'jose';
import { describe, expect, it, vi } from 'vitest';
import { createKeyRing } from './key-ring.ts';
import { importJwk, secretKey, type VerificationKey } from './verification-key.ts';
import { verifyToken, type TokenRules } from './verify-token.ts';

const secret = 'a secret of at least thirty-two bytes';
const nowMs = 1_800_000_000_000;
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ed = generateKeyPairSync('ed25519');

const rules = (keys: VerificationKey[], more: Partial<TokenRules<{ sub: string }>> = {}) => ({
  keys: createKeyRing(keys),
  readClaims: ({ sub }: Readonly<Record<string, unknown>>) =>
    typeof sub === 'string' ? { sub } : 'it has no sub',
  now: () => nowMs,
  leewayMs: 0,
  maxBytes: 4_096,
  ...more,
});

/** Signed by a foreign library, as a customer's backend would. */
const sign = (
  alg: string,
  key: KeyObject | Uint8Array,
  header: { kid?: string } = {},
  exp?: number,
) =>
  new SignJWT({ sub: 'u1' })
    .setProtectedHeader({ alg, ...header })
    .setExpirationTime(exp ?? nowMs / 1_000 + 60)
    .sign(key);

const bytes = (text: string) => new TextEncoder().encode(text);
const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const forge = (header: object, payload: object, key: string | Buffer) => {
  const signed = `${part(header)}.${part(payload)}`;
  return `${signed}.${createHmac('sha256', key).update(signed).digest('base64url')}`;
};

const imported = async (key: KeyObject, kid?: string): Promise<VerificationKey> => {
  const result = importJwk({ ...(await exportJWK(key)), ...(kid !== undefined && { kid }) });
  if (!result.ok) throw new Error(result.reason);
  return result.key;
};

describe('a token', () => {
  it('is taken when HS256, RS256 or EdDSA signed it with our key', async () => {
    const keys = [secretKey(secret), await imported(rsa.publicKey), await imported(ed.publicKey)];
    for (const token of [
      await sign('HS256', bytes(secret)),
      await sign('RS256', rsa.privateKey),
      await sign('EdDSA', ed.privateKey),
    ]) {
      expect(verifyToken(token, rules(keys))).toMatchObject({ ok: true, claims: { sub: 'u1' } });
    }
  });

  it('is refused when another key signed it', async () => {
    const token = await sign('HS256', bytes(`${secret}!`));
    expect(verifyToken(token, rules([secretKey(secret)]))).toMatchObject({ problem: 'invalid' });
  });

  it('finds its key by kid among several', async () => {
    const other = generateKeyPairSync('ed25519');
    const keys = [await imported(other.publicKey, 'old'), await imported(ed.publicKey, 'new')];
    const token = await sign('EdDSA', ed.privateKey, { kid: 'new' });
    expect(verifyToken(token, rules(keys)).ok).toBe(true);
    const wrong = await sign('EdDSA', ed.privateKey, { kid: 'old' });
    expect(verifyToken(wrong, rules(keys)).ok).toBe(false);
  });

  it('asks for new keys when its kid is unknown', async () => {
    const onUnknownKey = vi.fn();
    const token = await sign('EdDSA', ed.privateKey, { kid: 'newest' });
    verifyToken(token, rules([await imported(ed.publicKey, 'new')], { onUnknownKey }));
    expect(onUnknownKey).toHaveBeenCalledOnce();
  });

  it('is refused with alg none, whatever its spelling', () => {
    for (const alg of ['none', 'None', 'NONE', '', null, 1, undefined]) {
      const payload = { sub: 'u1', exp: nowMs / 1_000 + 60 };
      const token = forge({ alg }, payload, secret);
      expect(verifyToken(token, rules([secretKey(secret)])).ok).toBe(false);
      expect(verifyToken(`${part({ alg })}.${part(payload)}.`, rules([secretKey(secret)])).ok).toBe(
        false,
      );
    }
  });

  it('is refused when the public key was used as an HMAC secret', async () => {
    const pem = rsa.publicKey.export({ type: 'spki', format: 'pem' });
    const der = rsa.publicKey.export({ type: 'spki', format: 'der' });
    for (const key of [pem, der]) {
      const token = forge({ alg: 'HS256' }, { sub: 'u1', exp: nowMs / 1_000 + 60 }, key);
      expect(verifyToken(token, rules([await imported(rsa.publicKey)])).ok).toBe(false);
    }
  });

  it('is expired from the second of its exp on, and has a leeway where one is set', async () => {
    const token = await sign('HS256', bytes(secret), {}, nowMs / 1_000);
    const keys = [secretKey(secret)];
    expect(verifyToken(token, rules(keys))).toMatchObject({ problem: 'expired' });
    expect(verifyToken(token, rules(keys, { leewayMs: 1 }))).toMatchObject({
      expiresAtMs: nowMs + 1,
    });
  });

  it('is refused without exp, with a textual exp, or before its nbf', () => {
    const keys = [secretKey(secret)];
    const later = nowMs / 1_000 + 60;
    for (const payload of [
      { sub: 'u1' },
      { sub: 'u1', exp: String(later) },
      { sub: 'u1', exp: null },
      { sub: 'u1', exp: later, nbf: later - 1 },
      { sub: 'u1', exp: later, nbf: 'now' },
    ]) {
      const token = forge({ alg: 'HS256' }, payload, secret);
      expect(verifyToken(token, rules(keys))).toMatchObject({ problem: 'invalid' });
    }
  });

  it('is refused with critical extensions', () => {
    const header = { alg: 'HS256', crit: ['b64'], b64: false };
    const token = forge(header, { sub: 'u1', exp: nowMs / 1_000 + 60 }, secret);
    expect(verifyToken(token, rules([secretKey(secret)])).ok).toBe(false);
  });

  it('may have the full length and not a byte more', async () => {
    const token = await sign('HS256', bytes(secret));
    const keys = [secretKey(secret)];
    expect(verifyToken(token, rules(keys, { maxBytes: token.length })).ok).toBe(true);
    expect(verifyToken(token, rules(keys, { maxBytes: token.length - 1 })).ok).toBe(false);
  });

  it('is refused without a throw whatever text it is', () => {
    for (const token of [
      '',
      '.',
      '..',
      'a.b.c',
      '{}.{}.{}',
      'e30.e30.e30',
      `${part([])}.${part([])}.x`,
      '\0',
      '💥.💥.💥',
    ]) {
      expect(verifyToken(token, rules([secretKey(secret)]))).toMatchObject({ problem: 'invalid' });
    }
  });

  it('keeps its digest when unused bits of its signature are changed', async () => {
    const token = await sign('HS256', bytes(secret));
    const keys = [secretKey(secret)];
    const twin = Array.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_')
      .map((last) => token.slice(0, -1) + last)
      .filter((candidate) => candidate !== token)
      .map((candidate) => verifyToken(candidate, rules(keys)))
      .find((verdict) => verdict.ok);
    const original = verifyToken(token, rules(keys));
    expect(original.ok && twin?.ok && twin.tokenId === original.tokenId).toBe(true);
  });
});

describe('a key', () => {
  it('is refused when its algorithm does not go with its type', async () => {
    const jwk = await exportJWK(rsa.publicKey);
    expect(importJwk({ ...jwk, alg: 'HS256' })).toMatchObject({ ok: false });
    expect(importJwk({ ...jwk, use: 'enc' })).toMatchObject({ ok: false });
  });

  it('is refused when it is weak or of another kind', async () => {
    const weak = generateKeyPairSync('rsa', { modulusLength: 1024 });
    expect(importJwk(await exportJWK(weak.publicKey))).toMatchObject({ ok: false });
    const curve = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    expect(importJwk(await exportJWK(curve.publicKey))).toMatchObject({ ok: false });
    const exchange = generateKeyPairSync('x25519');
    expect(importJwk(await exportJWK(exchange.publicKey))).toMatchObject({ ok: false });
    expect(importJwk({ kty: 'oct', k: Buffer.alloc(31).toString('base64url') })).toMatchObject({
      ok: false,
    });
    expect(importJwk({ kty: 'oct', k: Buffer.alloc(32).toString('base64url') })).toMatchObject({
      ok: true,
    });
    for (const odd of [null, 1, 'x', {}, [], { kty: 'RSA' }]) expect(importJwk(odd).ok).toBe(false);
  });
});
