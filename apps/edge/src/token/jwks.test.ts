import { generateKeyPairSync } from 'node:crypto';
import { exportJWK } from 'jose';
import { describe, expect, it, vi } from 'vitest';
import { createJwks } from './jwks.ts';

const jwkOf = async (kid: string) => ({
  ...(await exportJWK(generateKeyPairSync('ed25519').publicKey)),
  kid,
});

const setUp = (answer: () => Response) => {
  const onKeys = vi.fn();
  const onWarning = vi.fn();
  const clock = { ms: 0 };
  const fetch = vi.fn(async () => answer());
  const jwks = createJwks({
    url: 'http://127.0.0.1/keys',
    refreshMs: 300_000,
    askAgainMs: 5_000,
    timeoutMs: 1_000,
    onKeys,
    onWarning,
    fetch,
    now: () => clock.ms,
  });
  return { jwks, onKeys, onWarning, fetch, clock };
};

describe('a JWKS', () => {
  it('gives the public keys that it holds and leaves out shared secrets', async () => {
    const keys = [await jwkOf('a'), { kty: 'oct', k: 'x'.repeat(64) }, await jwkOf('b')];
    const { jwks, onKeys, onWarning } = setUp(() => Response.json({ keys }));
    await jwks.start();
    jwks.stop();
    expect(onKeys.mock.calls[0]![0].map((key: { kid: string }) => key.kid)).toEqual(['a', 'b']);
    expect(onWarning).toHaveBeenCalledOnce();
  });

  it('leaves the known keys alone when it cannot be fetched or read', async () => {
    for (const answer of [
      () => new Response('no', { status: 500 }),
      () => new Response('no'),
      () => Response.json({ keys: 1 }),
      () => Response.json({ keys: [], pad: 'x'.repeat(300_000) }),
    ]) {
      const { jwks, onKeys, onWarning } = setUp(answer);
      await jwks.start();
      jwks.stop();
      expect(onKeys).not.toHaveBeenCalled();
      expect(onWarning).toHaveBeenCalledOnce();
    }
  });

  it('is fetched again for an unknown kid, but not at will', async () => {
    const { jwks, fetch, clock } = setUp(() => Response.json({ keys: [] }));
    await jwks.start();
    jwks.ask();
    expect(fetch).toHaveBeenCalledTimes(1);
    clock.ms = 5_000;
    jwks.ask();
    jwks.ask();
    expect(fetch).toHaveBeenCalledTimes(2);
    jwks.stop();
  });
});
