/** A throwaway Redis where a machine has a Docker engine and no Redis. */
import { findRedisServer, startRedis } from '@switchboard/testkit';
import { expect, onTestFinished, test, vi } from 'vitest';

test('comes from the engine, answers, and is gone when it is killed', async () => {
  vi.stubEnv('PATH', '/nowhere');
  onTestFinished(() => void vi.unstubAllEnvs());
  const server = await findRedisServer();
  expect(server).toMatchObject({ kind: 'container', origin: expect.stringContaining('redis:') });

  const redis = await startRedis({ server, args: ['--maxmemory-policy', 'noeviction'] });
  onTestFinished(redis.stop);
  const client = redis.client();
  expect(await client.config('GET', 'maxmemory-policy')).toEqual([
    'maxmemory-policy',
    'noeviction',
  ]);
  await redis.kill();
  await expect(client.ping()).rejects.toThrow(Error);
});
