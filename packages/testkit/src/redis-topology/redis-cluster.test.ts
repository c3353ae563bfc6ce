import { afterAll, beforeAll, expect, test } from 'vitest';
import { startRedisCluster, type RedisCluster } from './redis-cluster.ts';
import { clientOf } from './servers.ts';

let cluster: RedisCluster;
beforeAll(async () => {
  cluster = await startRedisCluster();
});
afterAll(() => cluster.stop());

test('a tag moves with its keys, and a shard goes on after a failover and after a death', async () => {
  const from = await cluster.shardOf('tag');
  const to = (from + 1) % 3;
  const keys = Array.from({ length: 10 }, (_, index) => `key-${index}:{tag}`);
  const source = clientOf(await cluster.primary(from));
  for (const key of keys) await source.set(key, 'value');
  await cluster.moveTag('tag', to);
  expect(await cluster.shardOf('tag')).toBe(to);
  expect(await clientOf(await cluster.primary(to)).mget(keys)).toEqual(keys.map(() => 'value'));

  const before = await cluster.primary(to);
  await cluster.failover(to);
  expect((await cluster.primary(to)).port).not.toBe(before.port);
  await cluster.killPrimary(from);
  expect(await clientOf(await cluster.primary(to)).get('key-0:{tag}')).toBe('value');
});
