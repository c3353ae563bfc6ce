/**
 * Two edges and an ingress over a Sentinel group and over a Redis Cluster that change under them, with the
 * rights of their roles and over TLS.
 */
import { setTimeout as delay } from 'node:timers/promises';
import {
  startCluster,
  startRedisCluster,
  startSentinelGroup,
  type Cluster,
  type RedisCluster,
} from '@switchboard/testkit';
import { afterEach, expect, test } from 'vitest';
import { createBackend, type Backend } from '../backend.ts';
import { createCast, type Cast } from '../cast.ts';
import { guardTopology, lookInto, type GuardedTopology } from '../redis-access/guarded-topology.ts';
import { complaints, gather, startTalk } from './witnesses.ts';

const chatIds = ['one', 'two', 'three', 'four'];
const endings: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).toReversed()) await end();
});

interface Play {
  cluster: Cluster;
  backend: Backend;
  cast: Cast;
}

const raise = async (access: ReturnType<GuardedTopology['accessTo']>): Promise<Play> => {
  const cluster = await startCluster(access);
  endings.push(cluster.stop);
  let names = 0;
  const cast = createCast(
    () => cluster,
    (kind) => `${kind}-${(names += 1)}`,
  );
  endings.push(cast.leave);
  const { apiToken } = cluster;
  return { cluster, cast, backend: createBackend(() => ({ url: cluster.ingress.url, apiToken })) };
};

const isReady = async ({ cluster }: Play): Promise<boolean> => {
  const nodes = [cluster.ingress, ...cluster.edges];
  const answers = nodes.map(({ privateUrl }) => fetch(`${privateUrl}/health/ready`));
  return (await Promise.all(answers)).every(({ status }) => status === 200);
};

/** Nothing was refused, and nobody of ours came in another way. */
const carriedOut = { refused: [], connections: ['edge over TLS', 'ingress over TLS'] };

const primariesOf = (redis: RedisCluster) =>
  Promise.all([0, 1, 2].map((shard) => redis.primary(shard)));

/** The hash tag of a chat's keys, as a person would look it up. */
const tagOf = async (redis: RedisCluster, chatId: string): Promise<string> => {
  const primaries = await primariesOf(redis);
  const keys = await Promise.all(primaries.map((node) => node.client().keys(`*:log:${chatId}`)));
  return /\{(.+)\}/u.exec(keys.flat()[0] ?? '')?.[1] ?? '';
};

test('a Sentinel group promotes a replica: every message is heard once and in order, or its loss is told', async () => {
  const { guard, accessTo } = await guardTopology();
  const group = await startSentinelGroup(guard);
  endings.push(group.stop);
  const play = await raise(accessTo(group.url));
  const witnesses = await gather(play.cast, chatIds);
  const talk = startTalk(play.backend, chatIds);
  await delay(500);
  await group.failover();
  const before = talk.said.length;
  await expect.poll(() => talk.said.length, { timeout: 5_000 }).toBeGreaterThan(before + 8);
  expect(await complaints(witnesses, await talk.stop())).toEqual([]);
  await expect.poll(() => isReady(play), { timeout: 5_000 }).toBe(true);
  expect(await lookInto([await group.primary()])).toEqual(carriedOut);
  expect(await lookInto(group.sentinels)).toEqual({
    refused: [],
    connections: ['reader over TLS'],
  });
});

test('a cluster moves slots and fails over under traffic: every message is heard once and in order', async () => {
  const { guard, accessTo } = await guardTopology();
  const redis = await startRedisCluster(guard);
  endings.push(redis.stop);
  const play = await raise(accessTo(redis.url));
  const witnesses = await gather(play.cast, chatIds);
  const talk = startTalk(play.backend, chatIds);
  await delay(500);
  const tag = await tagOf(redis, 'one');
  const target = ((await redis.shardOf(tag)) + 1) % 3;
  await redis.moveTag(tag, target, 300);
  await redis.failover(target);
  const before = talk.said.length;
  await expect.poll(() => talk.said.length, { timeout: 5_000 }).toBeGreaterThan(before + 8);
  await delay(500);
  expect(await complaints(witnesses, await talk.stop())).toEqual([]);
  await expect.poll(() => isReady(play), { timeout: 5_000 }).toBe(true);
  expect(await lookInto(await primariesOf(redis))).toEqual(carriedOut);
});
