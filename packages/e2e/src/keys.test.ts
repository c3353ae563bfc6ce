/** Tokens of other makers: public keys, several at once by `kid`, each bound to its algorithm. */
import { createHmac, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { openChat, UpgradeRefused } from '@switchboard/testkit';
import { afterAll, describe, expect, test } from 'vitest';
import { raiseStage } from './stage.ts';

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ed25519 = generateKeyPairSync('ed25519');
const fetched = generateKeyPairSync('ed25519');
const unknown = generateKeyPairSync('ed25519');
const secrets = { old: 'o'.repeat(32), new: 'n'.repeat(32) };

const jwk = (key: KeyObject, kid: string, alg: string) => ({
  ...key.export({ format: 'jwk' }),
  kid,
  alg,
});
const octets = (secret: string, kid: string) => ({
  kty: 'oct',
  k: Buffer.from(secret).toString('base64url'),
  kid,
  alg: 'HS256',
});

const keys = [
  jwk(rsa.publicKey, 'rsa', 'RS256'),
  jwk(ed25519.publicKey, 'ed', 'EdDSA'),
  octets(secrets.old, 'old'),
  octets(secrets.new, 'new'),
];

/** The maker's own server of keys: what it serves now, and whether it works. */
const served = { keys: [jwk(fetched.publicKey, 'fetched', 'EdDSA')], status: 200 };
const keyServer = createServer((_request, response) => {
  response.statusCode = served.status;
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify({ keys: served.keys }));
}).listen(0, '127.0.0.1');
await once(keyServer, 'listening');
afterAll(() => void keyServer.close());

const stage = raiseStage({
  env: {
    AUTH_SECRET: '',
    AUTH_KEYS: JSON.stringify({ keys }),
    AUTH_JWKS_URL: `http://127.0.0.1:${(keyServer.address() as AddressInfo).port}/keys`,
    AUTH_JWKS_REFRESH_MS: '1000',
  },
});

const chatId = 'room-of-keys';
const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A token as its maker makes it; `signer` gets what is to be signed. */
const make = (header: { alg: string; kid?: string }, signer: (text: string) => Buffer): string => {
  const exp = Math.floor(Date.now() / 1000) + 600;
  const text = `${encode(header)}.${encode({ sub: 'v', role: 'client', chat_id: chatId, exp })}`;
  return `${text}.${signer(text).toString('base64url')}`;
};

const byRsa = (text: string) => sign('sha256', Buffer.from(text), rsa.privateKey);
const by = (key: KeyObject) => (text: string) => sign(null, Buffer.from(text), key);
const byHmac = (secret: string) => (text: string) =>
  createHmac('sha256', secret).update(text).digest();
const publicPem = rsa.publicKey.export({ type: 'spki', format: 'pem' }).toString();

const outcome = async (token: string): Promise<number | string> => {
  const [, edge] = stage.cluster.edges;
  try {
    const socket = await openChat({ url: edge!.url, token, chatId });
    const { event } = await socket.next('connected');
    await socket.close();
    return event;
  } catch (error) {
    if (error instanceof UpgradeRefused) return error.status;
    throw error;
  }
};

describe('a token comes in', () => {
  test.each([
    ['signed with RS256', () => make({ alg: 'RS256', kid: 'rsa' }, byRsa)],
    ['signed with EdDSA', () => make({ alg: 'EdDSA', kid: 'ed' }, by(ed25519.privateKey))],
    ['of the old secret', () => make({ alg: 'HS256', kid: 'old' }, byHmac(secrets.old))],
    [
      'of the new secret, at the same time',
      () => make({ alg: 'HS256', kid: 'new' }, byHmac(secrets.new)),
    ],
    [
      'of a key that is fetched',
      () => make({ alg: 'EdDSA', kid: 'fetched' }, by(fetched.privateKey)),
    ],
  ])('%s', async (_what, token) => {
    expect(await outcome(token())).toBe('connected');
  });
});

describe('a token is refused', () => {
  test.each([
    ['of an unknown kid', () => make({ alg: 'EdDSA', kid: 'nobody' }, by(unknown.privateKey))],
    [
      'of another key under a known kid',
      () => make({ alg: 'EdDSA', kid: 'ed' }, by(unknown.privateKey)),
    ],
    [
      'of one secret under the other’s kid',
      () => make({ alg: 'HS256', kid: 'old' }, byHmac(secrets.new)),
    ],
    [
      'signed with a public key as if it were a secret',
      () => make({ alg: 'HS256', kid: 'rsa' }, byHmac(publicPem)),
    ],
    [
      'that names another algorithm than its key’s',
      () => make({ alg: 'RS256', kid: 'ed' }, by(ed25519.privateKey)),
    ],
    ['that names none', () => make({ alg: 'none', kid: 'ed' }, () => Buffer.alloc(0))],
  ])('%s', async (_what, token) => {
    expect(await outcome(token())).toBe(401);
  });
});

describe('the keys at the JWKS URL', () => {
  const tokenOf = (pair: typeof fetched, kid: string) =>
    make({ alg: 'EdDSA', kid }, by(pair.privateKey));
  const becomes = (token: string, expected: number | string) =>
    expect.poll(() => outcome(token), { timeout: 15_000, interval: 200 }).toBe(expected);

  test('are exchanged without a restart, and kept while the URL does not work', async () => {
    const next = generateKeyPairSync('ed25519');
    const [before, after] = [tokenOf(fetched, 'fetched'), tokenOf(next, 'next')];
    expect([await outcome(before), await outcome(after)]).toEqual(['connected', 401]);
    served.keys = [...served.keys, jwk(next.publicKey, 'next', 'EdDSA')];
    await becomes(after, 'connected');
    expect(await outcome(before)).toBe('connected');

    served.keys = served.keys.slice(1);
    await becomes(before, 401);
    expect(await outcome(after)).toBe('connected');

    served.status = 500;
    await delay(2_500);
    expect(await outcome(after)).toBe('connected');
  });
});
