/** Nodes with their timers running, at a short lease. */
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import type { NodeStats } from '../contract.ts';
import {
  type Edge,
  type PresenceFixture,
  cuttable,
  intercept,
  join,
  openPresenceFixture,
  session,
} from '../presence/presence.fixture.ts';
import { stats } from './node-stats.fixture.ts';

const LEASE_MS = 600;
const times = { leaseMs: LEASE_MS, renewMs: 150, cleanMs: 60, reconcileMs: 60_000, livingMs: 20 };
const opened: PresenceFixture[] = [];
let fixture: PresenceFixture;
const room = { chatId: 'chat' };

beforeEach(async () => {
  fixture = await openPresenceFixture(times);
  opened.push(fixture);
});
afterAll(() => Promise.all(opened.map((each) => each.close())));

async function running(nodeId: string): Promise<Edge> {
  const edge = fixture.edge();
  await edge.nodes.enter(nodeId, () => stats);
  return edge;
}

async function until(
  what: string,
  holds: () => Promise<boolean>,
  withinMs = 5_000,
): Promise<number> {
  const startMs = performance.now();
  while (!(await holds())) {
    if (performance.now() - startMs > withinMs)
      throw new Error(`${what} did not come true within ${withinMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return performance.now() - startMs;
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const memberIds = async (edge: Edge) =>
  (await edge.presence.members('chat', 50)).members.map(({ user }) => user).sort();

describe('running nodes', () => {
  test('a node lives as long as it renews, and tells of itself', async () => {
    const edge = await running('one');
    await pause(2 * LEASE_MS);
    expect(await edge.nodes.list()).toEqual([
      { nodeId: 'one', ...stats, leaseEndsInMs: expect.any(Number), alive: true },
    ]);
    expect(edge.warnings).toEqual([]);
  });

  test('one whose figures somebody broke is listed without them, and hides nobody', async () => {
    const edge = await running('one');
    await running('two');
    await fixture.redis.hset(fixture.keys.node('one'), 'totals', '{');
    const nodes = await edge.nodes.list();
    expect(nodes.map(({ nodeId }) => nodeId).toSorted()).toEqual(['one', 'two']);
    expect(nodes.map(({ totals }) => totals)).toEqual([undefined, undefined]);
  });

  test('what has changed is told at once when it is asked for, long before the next renewal', async () => {
    const slow = await openPresenceFixture({ ...times, leaseMs: 60_000, renewMs: 30_000 });
    opened.push(slow);
    const edge = slow.edge();
    let state: 'ready' | 'draining' = 'ready';
    const lease = await edge.nodes.enter('one', () => ({ ...stats, state }));
    state = 'draining';
    lease.tell();
    await expect.poll(async () => (await edge.nodes.list())[0]?.state).toBe('draining');
  });

  test('a dead node is absent within the lease, and its users are told as gone once', async () => {
    const survivors = [await running('one'), await running('two')] as const;
    const dead = await running('dead');
    const watched = await fixture.watch(room);
    await join(survivors[0], session(room, 'client:stays', 'a'));
    await join(dead, session(room, 'client:lost', 'b'));
    await dead.nodes.close();
    const absentMs = await until(
      'absence',
      async () => (await memberIds(survivors[1])).length === 1,
    );
    expect(absentMs).toBeLessThan(LEASE_MS + 1_000);
    await until('cleaning', async () => (await watched.seen()).length === 3);
    await pause(300);
    expect(await watched.seen()).toEqual(['+stays', '+lost', '-lost']);
    expect((await survivors[0].nodes.list()).map(({ nodeId }) => nodeId).sort()).toEqual([
      'one',
      'two',
    ]);
    expect(await fixture.redis.zscore(fixture.keys.nodes(), 'dead')).toBeNull();
  });

  test('a node whose loop was blocked for longer than its lease comes back under a new id with all its sessions', async () => {
    const healthy = await running('healthy');
    const blocked = await running('blocked');
    const lease = blocked.lease;
    for (const id of ['1', '2', '3']) await join(blocked, session(room, `client:${id}`, `s${id}`));
    await join(blocked, session('desk', 'operator:9', 'd'));
    await fixture.condemn('blocked');
    await healthy.clean();
    await until('a new id', async () => lease.nodeId !== 'blocked');
    await until('the sessions', async () => (await memberIds(healthy)).length === 3);
    await until('the desk', async () => (await healthy.presence.deskSessionsOf('9')) === 1);
    const ids = (await healthy.presence.members('chat', 50)).members.flatMap(({ sessions }) =>
      sessions.map(({ nodeId }) => nodeId),
    );
    expect(new Set(ids)).toEqual(new Set([lease.nodeId]));
    await until(
      'the old id is gone',
      async () => (await fixture.redis.zscore(fixture.keys.nodes(), 'blocked')) === null,
    );
    expect(blocked.warnings).toContain('this node was declared dead and enters anew');
  });

  test('the lease says its new id when all sessions are entered under it', async () => {
    const edge = fixture.edge();
    const lease = await edge.nodes.enter('first', () => stats);
    const healthy = await running('healthy');
    await join(edge, session(room, 'client:1', 'a'));
    await fixture.condemn('first');
    await healthy.clean();
    await until('the new id', async () => lease.nodeId !== 'first');
    expect(await memberIds(healthy)).toEqual(['client:1']);
  });

  test('what is still entered under an id that nobody remembers is taken out', async () => {
    await running('healthy');
    const edge = await running('forgotten');
    await join(edge, session(room, 'client:1', 'a'));
    await fixture.redis.zrem(fixture.keys.nodes(), 'forgotten');
    const list = fixture.keys.nodeSessions(fixture.keys.partitionOf('chat'), 'forgotten');
    await until(
      'the end of the old entries',
      async () => !(await fixture.redis.hexists(list, 'a@chat')),
    );
    const { members } = await edge.presence.members('chat', 5);
    expect(members.map(({ sessions }) => sessions)).toEqual([
      [{ nodeId: edge.lease.nodeId, sessionId: 'a' }],
    ]);
  });

  test('after a reconnect what Redis lost is entered again', async () => {
    const edge = await running('one');
    await join(edge, session(room, 'client:1', 'a'));
    await fixture.redis.unlink(fixture.keys.members('chat'));
    await fixture.redis.unlink(fixture.keys.nodeSessions(fixture.keys.partitionOf('chat'), 'one'));
    expect(await memberIds(edge)).toEqual([]);
    edge.reconnect();
    await until('the member', async () => (await memberIds(edge)).length === 1);
  });

  test.each([
    ['is told of before commands work again', true],
    ['is seen by a failed renewal only', false],
  ])('what a cut has lost is entered again when the cut %s', async (_name, isTold) => {
    let isCut = false;
    const edge = fixture.edge(cuttable(fixture.redis, () => isCut));
    await edge.nodes.enter('one', () => stats);
    await join(edge, session(room, 'client:1', 'a'));
    const reader = await fixture.enteredEdge('reader');
    await fixture.redis.unlink(fixture.keys.members('chat'));
    await fixture.redis.unlink(fixture.keys.nodeSessions(fixture.keys.partitionOf('chat'), 'one'));
    isCut = true;
    if (isTold) edge.reconnect();
    await pause(2 * times.renewMs);
    expect(await memberIds(reader)).toEqual([]);
    isCut = false;
    await until('the member', async () => (await memberIds(reader)).length === 1);
    expect(edge.warnings).toContain('lease renewal failed');
  });

  test('a lost membership is found without a reconnect too', async () => {
    const eager = await openPresenceFixture({ ...times, reconcileMs: 100 });
    opened.push(eager);
    const edge = eager.edge();
    await edge.nodes.enter('one', () => stats);
    await join(edge, session(room, 'client:1', 'a'));
    await eager.redis.unlink(eager.keys.members('chat'));
    await eager.redis.unlink(eager.keys.nodeSessions(eager.keys.partitionOf('chat'), 'one'));
    expect(await memberIds(edge)).toEqual([]);
    await until('the member', async () => (await memberIds(edge)).length === 1);
  });

  test('a released node is shown with its last figures for its grace, and then cleaned up', async () => {
    const other = await running('other');
    const edge = fixture.edge();
    const last: Partial<NodeStats> = {};
    const lease = await edge.nodes.enter('leaving', () => ({ ...stats, ...last }));
    await join(edge, session(room, 'client:1', 'a'));
    Object.assign(last, { state: 'draining', sockets: 0 });
    await lease.release(1_000);
    expect(await memberIds(other)).toEqual(['client:1']);
    const told = (await other.nodes.list()).find(({ nodeId }) => nodeId === 'leaving');
    expect(told).toMatchObject({ state: 'draining', sockets: 0 });
    await until(
      'the end',
      async () => (await fixture.redis.zscore(fixture.keys.nodes(), 'leaving')) === null,
    );
    expect(await memberIds(other)).toEqual([]);
  });

  test('a node that leaves does not wait for what it cleans up: others do the rest', async () => {
    const sessions = 200;
    const dead = await fixture.enteredEdge('dead');
    await Promise.all(
      Array.from({ length: sessions }, (_, i) => join(dead, session(room, `client:${i}`, `s${i}`))),
    );
    const [begun, gate] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    let taken = 0;
    const cleaner = fixture.edge(
      intercept(fixture.redis, async (script) => {
        if (script !== 'presenceLeave') return;
        taken += 1;
        begun.resolve();
        await gate.promise;
      }),
    );
    const lease = await cleaner.nodes.enter('leaving', () => stats);
    await fixture.endLease('dead');
    await begun.promise;
    const released = lease.release(0);
    gate.resolve();
    await released;
    expect(taken).toBeLessThan(sessions);
    expect(cleaner.warnings).toEqual([]);
    const other = await running('other');
    await until('the end of the rest', async () => (await memberIds(other)).length === 0);
    await until(
      'the end of the dead',
      async () => (await fixture.redis.zscore(fixture.keys.nodes(), 'dead')) === null,
    );
  });

  test('when all were away for longer than a lease nobody is declared dead, and a real death is seen afterwards', async () => {
    const edges = await Promise.all(['one', 'two', 'three'].map(running));
    const dead = await running('dead');
    for (const [i, edge] of [...edges, dead].entries())
      await join(edge, session(room, `client:${i}`, `s${i}`));
    const watched = await fixture.watch(room);
    // As after an outage of twice the lease: nothing of the nodes' times has moved meanwhile.
    await dead.nodes.close();
    const { redis, keys } = fixture;
    const outage = redis.multi().hset(keys.cluster(), 'renewed_at', Date.now() - 2 * LEASE_MS);
    for (const nodeId of ['one', 'two', 'three', 'dead'])
      outage.zadd(keys.nodes(), Date.now() - 2 * LEASE_MS, nodeId);
    await outage.exec();
    await until('the real death', async () => (await watched.seen()).includes('-3'));
    await pause(LEASE_MS);
    expect(await watched.seen()).toEqual(['-3']);
    expect(edges.map(({ lease }) => lease.nodeId)).toEqual(['one', 'two', 'three']);
  });
});
