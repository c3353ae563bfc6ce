import { setTimeout as delay } from 'node:timers/promises';
import { startRedisCluster, type RedisCluster } from '@switchboard/testkit';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import {
  handedOn,
  lostInSilence,
  oneChatEach,
  openPair,
  talkEverywhere,
  until,
  type Pair,
} from './talk.fixture.ts';
import { roomEvent } from '../log/log.fixture.ts';
import { stats } from '../nodes/node-stats.fixture.ts';

let cluster: RedisCluster;
let pair: Pair;
beforeAll(async () => {
  cluster = await startRedisCluster();
  pair = await openPair(cluster.url);
});
afterAll(async () => {
  await pair.close();
  await cluster.stop();
});

const user = 'operator:7' as const;
const userJson = '{"id":"7"}';

test('leases, presence and control work although their keys are at several nodes', async () => {
  const { speaker, listener } = pair;
  const lease = await speaker.nodes.enter('node-1', () => stats);
  const following = await speaker.control.follow(() => 3);
  const rooms = ['desk', { chatId: 'a' }, { chatId: 'b' }, { chatId: 'c' }] as const;
  for (const room of rooms) {
    const membership = { room, sessionId: 'session', user, userJson, sessionJson: '{}' };
    await speaker.presence.join(membership, undefined);
  }
  expect(await listener.presence.members('b', 10)).toMatchObject({ total: 1 });
  expect(await listener.presence.desk()).toMatchObject([
    { nodeId: 'node-1', sessions: [{ user }] },
  ]);
  expect(await listener.nodes.list()).toMatchObject([{ nodeId: 'node-1', alive: true }]);
  const command = { kind: 'drain', nodeId: 'nobody' } as const;
  expect(await listener.control.ask(command, 2_000)).toBe(3);
  await listener.control.deny('token', 1_000);
  const holder = {
    tokenId: 'token',
    userId: 'b',
    sessionId: 's',
    chatId: 'a',
    knownSinceMs: Infinity,
  };
  expect(await speaker.control.isDenied(holder)).toBe(true);
  await speaker.control.send({ kind: 'disconnect', chatId: 'a', revoke: true });
  expect(await listener.control.isDenied({ ...holder, tokenId: 'x', knownSinceMs: 0 })).toBe(true);
  following.close();
  await lease.release(0);
});

test('claims, and what is handed on to a backend, work in every partition', async () => {
  const { speaker, listener } = pair;
  const lease = await speaker.nodes.enter('node-2', () => stats);
  for (const [partition, chatId] of oneChatEach(speaker.log.partitions).entries()) {
    const sent = { user, clientMessageId: 'c' };
    const claim = (bus: typeof speaker, token: string) =>
      bus.claims.claim({ chatId, ...sent }, token, 60_000);
    expect(await claim(speaker, 'a')).toEqual({ kind: 'claimed' });
    expect(await claim(listener, 'b')).toEqual({ kind: 'busy' });
    await speaker.claims.settle({ chatId, ...sent }, 'a', 'no');
    expect(await claim(listener, 'b')).toEqual({ kind: 'decided', verdict: 'no' });
    const event = roomEvent(chatId, 'hi');
    await speaker.log.append({ event, outbox: 'messages', fulfils: sent, deadlineMs: 2_000 });
    expect(await claim(listener, 'b')).toEqual({ kind: 'added' });
    await speaker.presence.join(
      { room: { chatId }, sessionId: 's', user, userJson },
      { ...event, event: 'userConnected' },
    );
    const outbox = (await listener.outbox.acquire(partition, 'worker', 10_000))!;
    const { events } = await outbox.read({ maxEvents: 10, maxBytes: 100_000 });
    const told = events.map((each) => [each.chatId, JSON.parse(each.frame).event]);
    expect(told).toEqual([
      [chatId, 'messageAdded'],
      [chatId, 'userConnected'],
    ]);
    await outbox.acknowledge(events);
    await outbox.release();
  }
  await lease.release(0);
});

test('while a slot moves and while a shard fails over nothing is lost, repeated or out of order', async () => {
  const talks = await talkEverywhere(pair);
  const target = ((await cluster.shardOf('0')) + 1) % 3;
  await delay(300);
  await cluster.moveTag('0', target, 500);
  await delay(300);
  await cluster.failover(target);
  await delay(1_000);
  for (const talk of talks) await talk.stop();
  for (const talk of talks) {
    expect(talk.longestSilenceMs()).toBeLessThan(5_000);
    expect(lostInSilence(talk)).toEqual([]);
  }
});

test('what a node refuses of a redirection fails a command and not the process, until the slot has moved', async () => {
  const unhandled: unknown[] = [];
  const note = (reason: unknown) => void unhandled.push(reason);
  process.on('unhandledRejection', note);
  onTestFinished(() => void process.off('unhandledRejection', note));
  const primaries = await Promise.all([0, 1, 2].map((shard) => cluster.primary(shard)));
  const allowAsking = (rule: '+asking' | '-asking') =>
    Promise.all(primaries.map((node) => node.client().call('ACL', 'SETUSER', 'default', rule)));
  const talks = await talkEverywhere(pair);
  await delay(200);
  await allowAsking('-asking');
  await cluster.moveTag('1', ((await cluster.shardOf('1')) + 1) % 3, 400);
  await allowAsking('+asking');
  for (const talk of talks) await talk.stop();
  for (const talk of talks) expect(lostInSilence(talk)).toEqual([]);
  for (const talk of talks) expect(await handedOn(pair, talk)).toEqual(talk.said);
  expect(unhandled).toEqual([]);
});

test('a dead shard is named by readiness, the others go on, and all is well when its replica takes over', async () => {
  const { listener } = pair;
  const shard = await cluster.shardOf('ctl');
  const { port } = await cluster.primary(shard);
  const talks = await talkEverywhere(pair);
  const reasons: string[] = [];
  const watching = setInterval(() => reasons.push(...listener.health().reasons), 50);
  await cluster.killPrimary(shard);
  await until('readiness returns', () => listener.health().ready);
  clearInterval(watching);
  for (const talk of talks) await talk.stop();
  for (const talk of talks) expect(lostInSilence(talk)).toEqual([]);
  // The promoted one is named until its first heartbeat is back.
  const { port: newPort } = await cluster.primary(shard);
  const named = new RegExp(`^127\\.0\\.0\\.1:(?:${port}|${newPort}) \\(partitions `, 'u');
  for (const reason of reasons) expect(reason).toMatch(named);
});
