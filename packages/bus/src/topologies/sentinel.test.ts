import { setTimeout as delay } from 'node:timers/promises';
import { startSentinelGroup, type SentinelGroup } from '@switchboard/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  lostInSilence,
  openPair,
  talkEverywhere,
  until,
  wasTold,
  type Pair,
} from './talk.fixture.ts';
import { stats } from '../nodes/node-stats.fixture.ts';

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
