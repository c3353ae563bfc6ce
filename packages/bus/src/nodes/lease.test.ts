import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import {
  type PresenceFixture,
  cuttable,
  join,
  openPresenceFixture,
  session,
} from '../presence/presence.fixture.ts';
import { stats } from './node-stats.fixture.ts';

const LEASE_MS = 10_000;
const opened: PresenceFixture[] = [];
let fixture: PresenceFixture;

beforeEach(async () => {
  fixture = await openPresenceFixture({ leaseMs: LEASE_MS });
  opened.push(fixture);
});
afterAll(() => Promise.all(opened.map((each) => each.close())));

/** Lets time pass in Redis while nobody does anything: as if Redis had been away. */
async function pass(passedMs: number): Promise<void> {
  const { redis, keys } = fixture;
  for (const nodeId of await redis.zrange(keys.nodes(), '0', '-1'))
    await redis.zincrby(keys.nodes(), `${-passedMs}`, nodeId);
  for (const field of Object.keys(await redis.hgetall(keys.cluster())))
    await redis.hincrby(keys.cluster(), field, -passedMs);
}

describe('a lease', () => {
  test('ends when it is not renewed, by the clock of Redis', async () => {
    const edge = await fixture.enteredEdge('one');
    const living = await edge.livingNodes.living();
    expect(living.has('one')).toBe(true);
    expect(living.leaseEndsInMs('one')).toBeGreaterThan(LEASE_MS - 2_000);
    await pass(LEASE_MS - 3_000);
    expect((await edge.livingNodes.livingNow()).has('one')).toBe(true);
    await pass(3_001);
    expect((await edge.livingNodes.livingNow()).nodeIds).toEqual([]);
  });

  test('a renewal starts it again and says when it was', async () => {
    const edge = await fixture.enteredEdge('one');
    await pass(4_000);
    await edge.lease.renew();
    const living = await edge.livingNodes.livingNow();
    expect(living.leaseEndsInMs('one')).toBeGreaterThan(LEASE_MS - 2_000);
    expect(Math.abs(living.lastSeenMs('one') - Date.now())).toBeLessThan(2_000);
  });

  test('an id that is taken is exchanged for another', async () => {
    await fixture.enteredEdge('one');
    const second = await fixture.enteredEdge('one');
    expect(second.lease.nodeId).not.toBe('one');
    expect((await second.livingNodes.livingNow()).nodeIds.length).toBe(2);
  });

  test('a process holds one lease', async () => {
    const edge = await fixture.enteredEdge('one');
    await expect(edge.lease.enter('two', () => stats)).rejects.toThrow('one lease');
  });

  test('released, it ends after the grace, its sessions stay, and renewing does nothing', async () => {
    const edge = await fixture.enteredEdge('one');
    const other = await fixture.enteredEdge('other');
    const room = { chatId: 'chat' };
    await join(edge, session(room, 'client:5', 'a'));
    await edge.lease.release(2_000);
    await edge.lease.renew();
    const living = await other.livingNodes.livingNow();
    expect(living.leaseEndsInMs('one')).toBeLessThanOrEqual(2_000);
    expect(living.leaseEndsInMs('one')).toBeGreaterThan(1_000);
    expect(await other.clean()).toEqual([]);
    expect((await other.presence.members('chat', 5)).total).toBe(1);
    await pass(2_100);
    expect(await other.clean()).toEqual(['one']);
    expect((await other.presence.members('chat', 5)).total).toBe(0);
  });

  test('a release of a node that was declared dead does not bring it back', async () => {
    const edge = await fixture.enteredEdge('one');
    const other = await fixture.enteredEdge('other');
    await fixture.condemn('one');
    await edge.lease.release(60_000);
    expect(await other.clean()).toEqual(['one']);
  });

  test('a node that is being cleaned up cannot be entered', async () => {
    await fixture.redis.zadd(fixture.keys.nodes(), -5, 'one');
    const edge = await fixture.enteredEdge('one');
    expect(edge.lease.nodeId).not.toBe('one');
  });
});

describe('when Redis was away', () => {
  test('nobody is declared dead before everyone had the time of a lease to come back', async () => {
    const [one, two, three] = [
      await fixture.enteredEdge('one'),
      await fixture.enteredEdge('two'),
      await fixture.enteredEdge('three'),
    ];
    await pass(2 * LEASE_MS);
    await one.lease.renew();
    expect(await one.clean()).toEqual([]);
    await pass(LEASE_MS / 2 - 100);
    await two.lease.renew();
    expect(await two.clean()).toEqual([]);
    expect(three.lease.nodeId).toBe('three');
    await three.lease.renew();
    expect(three.lease.nodeId).toBe('three');
  });

  test('a real death is seen when the hold is over', async () => {
    const one = await fixture.enteredEdge('one');
    await fixture.enteredEdge('dead');
    await pass(2 * LEASE_MS);
    for (let passedMs = 0; passedMs < LEASE_MS; passedMs += LEASE_MS / 4) {
      await one.lease.renew();
      expect(await one.clean()).toEqual([]);
      await pass(LEASE_MS / 4);
    }
    await one.lease.renew();
    expect(await one.clean()).toEqual(['dead']);
  });

  test('whoever cleans before anybody has renewed declares nobody dead', async () => {
    const one = await fixture.enteredEdge('one');
    await fixture.enteredEdge('two');
    await pass(2 * LEASE_MS);
    expect(await one.clean()).toEqual([]);
    const newcomer = await fixture.enteredEdge('newcomer');
    expect(await newcomer.clean()).toEqual([]);
  });

  test('who could not read it either takes nobody for dead until somebody has renewed, or a lease later', async () => {
    const edge = await fixture.enteredEdge('one');
    let isAway = true;
    const reader = fixture.edge(cuttable(fixture.redis, () => isAway));
    const stranger = fixture.edge();
    await expect(reader.livingNodes.livingNow()).rejects.toThrow('cut');
    await pass(2 * LEASE_MS);
    isAway = false;
    expect((await reader.livingNodes.livingNow()).nodeIds).toEqual(['one']);
    expect((await stranger.livingNodes.livingNow()).nodeIds).toEqual([]);
    await edge.lease.renew();
    await fixture.endLease('one');
    await fixture.redis.hdel(fixture.keys.cluster(), 'seen_until');
    expect((await reader.livingNodes.livingNow()).nodeIds).toEqual([]);
  });

  test('the first who is back is the witness: the others are shown until the hold is over', async () => {
    const one = await fixture.enteredEdge('one');
    await fixture.enteredEdge('two');
    await pass(2 * LEASE_MS);
    await one.lease.renew();
    expect([...(await one.livingNodes.livingNow()).nodeIds].sort()).toEqual(['one', 'two']);
    await pass(LEASE_MS + 1);
    expect((await one.livingNodes.livingNow()).has('two')).toBe(false);
  });

  test('a new node is no witness: whom it finds dead it does not show', async () => {
    await fixture.enteredEdge('dead');
    await pass(2 * LEASE_MS);
    const newcomer = await fixture.enteredEdge('newcomer');
    await newcomer.lease.renew();
    expect((await newcomer.livingNodes.livingNow()).nodeIds).toEqual(['newcomer']);
    await pass(LEASE_MS - 100);
    await newcomer.lease.renew();
    expect(await newcomer.clean()).toEqual([]);
  });

  test('a pause of less than half a lease holds nothing up', async () => {
    const one = await fixture.enteredEdge('one');
    await fixture.enteredEdge('dead');
    await pass(LEASE_MS / 2 - 500);
    await one.lease.renew();
    await pass(LEASE_MS / 2 - 500);
    await one.lease.renew();
    await fixture.endLease('dead');
    expect(await one.clean()).toEqual(['dead']);
  });

  test('a hold that a clock left in the far future does not hold', async () => {
    const one = await fixture.enteredEdge('one');
    await fixture.enteredEdge('dead');
    await fixture.redis.hset(fixture.keys.cluster(), 'hold_until', Date.now() + 3_600_000);
    await fixture.endLease('dead');
    expect(await one.clean()).toEqual(['dead']);
  });
});

describe('who lives', () => {
  test('is asked for once a second, but at once for a node that was never heard of', async () => {
    const cached = await openPresenceFixture({ leaseMs: LEASE_MS, livingMs: 60_000 });
    opened.push(cached);
    const one = await cached.enteredEdge('one');
    await one.livingNodes.living();
    await cached.enteredEdge('two');
    expect((await one.livingNodes.living()).has('two')).toBe(false);
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect((await one.livingNodes.living(['one'])).has('two')).toBe(false);
    expect((await one.livingNodes.living(['two'])).has('two')).toBe(true);
  });

  test('goes on with the clock between two looks', async () => {
    const short = await openPresenceFixture({ leaseMs: 80, livingMs: 60_000 });
    opened.push(short);
    const one = await short.enteredEdge('one');
    expect((await one.livingNodes.living()).has('one')).toBe(true);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect((await one.livingNodes.living()).has('one')).toBe(false);
  });

  test('many readers at once make one look', async () => {
    const one = await fixture.enteredEdge('one');
    await one.livingNodes.livingNow();
    const calls = await countCalls(() =>
      Promise.all(Array.from({ length: 50 }, () => one.livingNodes.living())),
    );
    expect(calls).toBe(1);
  });
});

async function countCalls(during: () => Promise<unknown>): Promise<number> {
  const original = Reflect.get(fixture.redis, 'nodesRead');
  let calls = 0;
  Reflect.set(fixture.redis, 'nodesRead', function count(this: unknown, ...args: unknown[]) {
    calls++;
    return original.apply(this, args);
  });
  await during();
  Reflect.set(fixture.redis, 'nodesRead', original);
  return calls;
}
