import { setTimeout as delay } from 'node:timers/promises';
import { startFaultProxy, startSentinelGroup, type SentinelGroup } from '@switchboard/testkit';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import {
  lostInSilence,
  openPair,
  talkEverywhere,
  until,
  wasTold,
  type Pair,
} from './talk.fixture.ts';
import { stats } from '../nodes/node-stats.fixture.ts';
import { openBus } from '../open-bus.ts';
import { parseTopology } from '../redis/topology.ts';

let group: SentinelGroup;
let pair: Pair;
beforeAll(async () => {
  group = await startSentinelGroup();
  pair = await openPair(group.url);
});
afterAll(async () => {
  await pair.close();
  await group.stop();
});

const membership = {
  room: { chatId: 'kept' },
  sessionId: 'session',
  user: 'client:visitor',
  userJson: '{"id":"visitor"}',
} as const;

test('after a failover it goes on within 5 s, and every message comes once and in order, or its loss is told', async () => {
  const talks = await talkEverywhere(pair);
  await delay(300);
  await group.failover();
  await delay(1_000);
  for (const talk of talks) await talk.stop();
  for (const talk of talks) {
    expect(talk.longestSilenceMs()).toBeLessThan(5_000);
    expect(lostInSilence(talk)).toEqual([]);
  }
});

/** Through a proxy each to all Sentinels but the last. */
const openBehindProxies = async (clientName: string) => {
  const topology = parseTopology(group.url);
  const sentinels = topology.kind === 'sentinel' ? topology.sentinels : [];
  const proxies = await Promise.all(sentinels.slice(0, -1).map(startFaultProxy));
  const addresses = [...proxies, ...sentinels.slice(-1)].map(({ port }) => `127.0.0.1:${port}`);
  const bus = await openBus({
    redisUrl: `redis+sentinel://${addresses.join(',')}/main`,
    keyPrefix: `t${crypto.randomUUID()}:`,
    partitions: 1,
    clientName,
    onWarning: () => undefined,
  });
  onTestFinished(async () => {
    await bus.close();
    for (const proxy of proxies) await proxy.stop();
  });
  return { bus, proxies };
};

/** The ids of a process' connections to the primary of this moment. */
const linksToPrimary = async (clientName: string) => {
  const redis = (await group.primary()).client();
  const ids = async () => {
    const clients = String(await redis.client('LIST')).split('\n');
    const own = clients.filter((client) => client.includes(` name=${clientName}:`));
    return own.map((client) => Number(/^id=(\d+)/u.exec(client)?.[1]));
  };
  const cut = async () => {
    for (const id of await ids()) await redis.client('KILL', 'ID', id);
  };
  return { ids, cut };
};

test('a failover that is told while Sentinels that hang are asked leaves no connection closed', async () => {
  const { bus, proxies } = await openBehindProxies('asking');
  await until('a write comes back', () => bus.health().ready);
  for (const proxy of proxies) proxy.impose({ kind: 'black-hole' });
  // Each that hangs holds both connections up for 2 s; the failover takes one, and the last one tells of it.
  await (await linksToPrimary('asking')).cut();
  await group.failover();
  const { ids } = await linksToPrimary('asking');
  await expect.poll(ids, { timeout: 15_000 }).toHaveLength(2);
  await expect.poll(() => bus.health().ready, { timeout: 15_000 }).toBe(true);
}, 60_000);

test('a replica that is promoted without the last writes is noticed by every follower, and presence is mended', async () => {
  const { speaker, listener } = pair;
  await until('a write comes back', () => speaker.health().ready && listener.health().ready);
  const lease = await speaker.nodes.enter('node-1', () => stats);
  const talks = await talkEverywhere(pair);
  await group.rollBack(async () => {
    await speaker.presence.join(membership, undefined);
    await delay(400);
  });
  await until('a write comes back', () => speaker.health().ready && listener.health().ready);
  for (const talk of talks) await talk.stop();
  for (const talk of talks) {
    expect(lostInSilence(talk)).toEqual([]);
    expect(wasTold(talk)).toBe(true);
  }
  await expect
    .poll(() => listener.presence.members('kept', 10), { timeout: 5_000 })
    .toMatchObject({ total: 1, members: [{ sessions: [{ nodeId: lease.nodeId }] }] });
  expect(await listener.nodes.list()).toMatchObject([{ nodeId: lease.nodeId, alive: true }]);
});
