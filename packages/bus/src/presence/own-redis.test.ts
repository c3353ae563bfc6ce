/** What only a Redis of its own can show: one that is full, and one that goes away. */
import { type Redis, startRedis } from '@switchboard/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  type Edge,
  type PresenceFixture,
  cuttable,
  describeFrame,
  join,
  leave,
  openPresenceFixture,
  session,
} from './presence.fixture.ts';
import { stats } from '../nodes/node-stats.fixture.ts';

const LEASE_MS = 1_000;
const room = { chatId: 'chat' };
const opened: PresenceFixture[] = [];
let server: Redis;
let fixture: PresenceFixture;

beforeAll(
  async () => void (server = await startRedis({ args: ['--enable-debug-command', 'yes'] })),
);
beforeEach(async () => {
  const times = { leaseMs: LEASE_MS, renewMs: 300, cleanMs: 100, deadlineMs: 500, livingMs: 50 };
  fixture = await openPresenceFixture(times, server.url);
  opened.push(fixture);
});
afterAll(async () => {
  await Promise.all(opened.map((each) => each.close()));
  await server.stop();
});

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe('a full Redis', () => {
  const fill = () => fixture.redis.config('SET', 'maxmemory', '1');
  const empty = () => fixture.redis.config('SET', 'maxmemory', '0');
  const everything = async () => {
    const keys = await fixture.redis.keys('*');
    return Promise.all(keys.sort().map(async (key) => [key, await fixture.redis.dump(key)]));
  };

  test('refuses a join with nothing half done', async () => {
    const edge = await fixture.enteredEdge('one');
    await join(edge, session(room, 'client:1', 'a'));
    const before = await everything();
    await fill();
    for (const user of ['client:1', 'client:2'] as const) {
      const refused = join(edge, session(room, user, 'b'));
      await expect(refused).rejects.toMatchObject({ name: 'BusUnavailable', executed: 'no' });
    }
    expect(await everything()).toEqual(before);
    await empty();
  });

  test('lets leave, renew, release and clean', async () => {
    const edge = await fixture.enteredEdge('one');
    const dead = await fixture.enteredEdge('dead');
    const watched = await fixture.watch(room);
    await join(edge, session(room, 'client:1', 'a'));
    await join(edge, session(room, 'client:1', 'b'));
    await join(dead, session(room, 'client:2', 'c'));
    await fixture.endLease('dead');
    await fill();
    await edge.lease.renew();
    expect(await edge.clean()).toEqual(['dead']);
    await leave(edge, session(room, 'client:1', 'a'));
    await leave(edge, session(room, 'client:1', 'b'));
    await edge.lease.release(5_000);
    expect(await watched.seen()).toEqual(['+1', '+2', '-2', '-1']);
    await empty();
  });
});

describe('a Redis that goes away for longer than a lease', () => {
  test('costs nobody their life, and a real death is seen afterwards', async () => {
    const edges: Edge[] = [];
    for (const [i, nodeId] of ['one', 'two', 'three', 'dead'].entries()) {
      const edge = fixture.edge();
      await edge.nodes.enter(nodeId, () => stats);
      await join(edge, session(room, `client:${i}`, `s${i}`));
      edges.push(edge);
    }
    const watched = await fixture.watch(room);
    await server.kill('SIGSTOP');
    await pause(2 * LEASE_MS);
    await server.kill('SIGCONT');
    await pause(3 * LEASE_MS);
    expect(await watched.seen()).toEqual([]);
    expect(edges.map(({ lease }) => lease.nodeId)).toEqual(['one', 'two', 'three', 'dead']);

    await edges[3]?.nodes.close();
    const diedMs = performance.now();
    while ((await watched.seen()).length === 0) {
      if (performance.now() - diedMs > 3 * LEASE_MS) throw new Error('the death was not seen');
      await pause(20);
    }
    expect(await watched.seen()).toEqual(['-3']);
  });
});

describe('a Redis that is rolled back', () => {
  /** What was saved is loaded again: nothing that was done since has happened. */
  const rolledBack = async (changes: () => Promise<void>) => {
    await fixture.redis.call('SAVE');
    await changes();
    await fixture.redis.call('DEBUG', 'RELOAD', 'NOSAVE');
  };

  test('makes nobody come twice or go twice', async () => {
    const [one, two] = [await fixture.enteredEdge('one'), await fixture.enteredEdge('two')];
    const watched = await fixture.watch(room);
    const [gone, stays, moves] = ['client:gone', 'client:stays', 'client:moves'] as const;
    await join(one, session(room, gone, 'a'));
    await join(one, session(room, stays, 'b'));
    await join(one, session(room, moves, 'c'));
    await rolledBack(async () => {
      await leave(one, session(room, gone, 'a'));
      await leave(one, session(room, moves, 'c'));
      await join(two, session(room, moves, 'd'));
      await join(two, session(room, 'client:new', 'e'));
    });
    for (const edge of [one, two]) await edge.presence.reconcile();
    const told = ['+gone', '+stays', '+moves', '-gone', '-moves', '+moves', '+new'];
    expect(await watched.seen()).toEqual(told);
    // The backend is told anew what is so: nobody knows what it was told of what was forgotten.
    const handedOn = (await fixture.handedOn(room)).map(({ frame }) => describeFrame(frame));
    expect(handedOn.slice(0, 3)).toEqual(['+gone', '+stays', '+moves']);
    expect(handedOn.slice(3).toSorted()).toEqual(['+moves', '+new', '-gone', '-moves']);
    expect(handedOn.indexOf('-moves')).toBeLessThan(handedOn.lastIndexOf('+moves'));
    const { members } = await one.presence.members(room.chatId, 10);
    expect(members.map(({ user }) => user).toSorted()).toEqual([
      'client:moves',
      'client:new',
      stays,
    ]);
    // Their ends are told all the same.
    await leave(two, session(room, 'client:new', 'e'));
    await fixture.endLease('two');
    await one.clean();
    expect(await watched.seen()).toEqual([...told, '-new', '-moves']);
  });

  test('tells at last what could not be told', async () => {
    let isCut = false;
    const one = await fixture.enteredEdge(
      'one',
      cuttable(fixture.redis, () => isCut),
    );
    const watched = await fixture.watch(room);
    await join(one, session(room, 'client:1', 'a'));
    isCut = true;
    await expect(leave(one, session(room, 'client:1', 'a'))).rejects.toMatchObject({
      name: 'BusUnavailable',
    });
    isCut = false;
    await one.presence.reconcile();
    expect(await watched.seen()).toEqual(['+1', '-1']);
  });
});
