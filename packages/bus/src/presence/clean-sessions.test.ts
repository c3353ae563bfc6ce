import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import {
  type Edge,
  type PresenceFixture,
  dyingAfter,
  intercept,
  join,
  leave,
  openPresenceFixture,
  session,
} from './presence.fixture.ts';
import { tombstoneField } from './session-entry.ts';

const opened: PresenceFixture[] = [];
let fixture: PresenceFixture;
let survivor: Edge;
let dead: Edge;
const room = { chatId: 'chat' };

beforeEach(async () => {
  fixture = await openPresenceFixture();
  opened.push(fixture);
  survivor = await fixture.enteredEdge('survivor');
  dead = await fixture.enteredEdge('dead');
});
afterAll(() => Promise.all(opened.map((each) => each.close())));

const partition = () => fixture.keys.partitionOf(room.chatId);
const listOf = (nodeId: string) => fixture.keys.nodeSessions(partition(), nodeId);
const leases = () => fixture.redis.zrange(fixture.keys.nodes(), '0', '-1');

describe('cleaning', () => {
  test('each lost user gets one userDisconnected in each room, survivors none', async () => {
    const other = { chatId: 'other' };
    const watched = [
      await fixture.watch(room),
      await fixture.watch(other),
      await fixture.watch('desk'),
    ] as const;
    await join(survivor, session(room, 'client:stays', 'a'));
    await join(dead, session(room, 'client:stays', 'b'));
    for (const where of [room, other, 'desk'] as const) {
      await join(dead, session(where, 'operator:lost', 'c'));
      await join(dead, session(where, 'operator:lost', 'd'));
    }
    await fixture.endLease('dead');
    expect(await survivor.clean()).toEqual(['dead']);
    expect(await watched[0].seen()).toEqual(['+stays', '+lost', '-lost']);
    expect(await watched[1].seen()).toEqual(['+lost', '-lost']);
    expect(await watched[2].seen()).toEqual(['+lost', '-lost']);
    expect(await leases()).toEqual(['survivor']);
    expect(await fixture.redis.exists(fixture.keys.node('dead'))).toBe(0);
  });

  test('a user who is back on another node is not told as gone', async () => {
    const watched = await fixture.watch(room);
    await join(dead, session(room, 'client:5', 'before'));
    await join(survivor, session(room, 'client:5', 'after'));
    await fixture.endLease('dead');
    await survivor.clean();
    expect(await watched.seen()).toEqual(['+5']);
  });

  test('any number of cleaners at once tell it once', async () => {
    const watched = await fixture.watch(room);
    const cleaners = [
      survivor,
      await fixture.enteredEdge('second'),
      await fixture.enteredEdge('third'),
    ];
    await Promise.all(
      Array.from({ length: 250 }, (_, i) => join(dead, session(room, `client:${i}`, `s${i}`))),
    );
    await fixture.endLease('dead');
    await Promise.all(cleaners.map((cleaner) => cleaner.clean()));
    const seen = await watched.seen();
    expect(seen.filter((event) => event.startsWith('-')).length).toBe(250);
    expect(new Set(seen).size).toBe(500);
    expect(await fixture.redis.exists(fixture.keys.members(room.chatId))).toBe(0);
  });

  test('a cleaner that dies anywhere leaves the rest to the next one', async () => {
    for (const calls of [0, 1, 2, 7, 60, 111, 114]) {
      const nodeId = `dead-${calls}`;
      const lost = await fixture.enteredEdge(nodeId);
      const where = { chatId: `chat-${calls}` };
      const watched = await fixture.watch(where);
      await Promise.all(
        Array.from({ length: 110 }, (_, i) => join(lost, session(where, `client:${i}`, `s${i}`))),
      );
      await fixture.endLease(nodeId);
      const dying = fixture.edge(dyingAfter(fixture.redis, calls));
      await expect(dying.clean()).rejects.toThrow('died');
      expect(await leases()).toContain(nodeId);
      expect(await survivor.clean()).toEqual([nodeId]);
      expect((await watched.seen()).filter((event) => event.startsWith('-')).length).toBe(110);
      expect(await fixture.redis.exists(fixture.keys.members(where.chatId))).toBe(0);
    }
  });

  test('a session that joined silently goes silently', async () => {
    const watched = await fixture.watch(room);
    await dead.presence.join(session(room, 'operator:9', 'observer'), undefined);
    await fixture.endLease('dead');
    await survivor.clean();
    expect(await watched.seen()).toEqual([]);
    expect((await survivor.presence.members(room.chatId, 10)).total).toBe(0);
  });

  test('a cleaner does not judge itself', async () => {
    await fixture.endLease('survivor');
    expect(await survivor.clean()).toEqual([]);
  });

  test('an event that cannot be built does not keep anybody in', async () => {
    const poisoned = { ...session(room, 'client:5', 'a'), userJson: 'throw' };
    await join(dead, poisoned);
    await join(dead, session(room, 'client:6', 'b'));
    await fixture.endLease('dead');
    await expect(survivor.clean()).rejects.toThrow('cannot be built');
    expect(await survivor.clean()).toEqual(['dead']);
    expect(await survivor.clean()).toEqual([]);
    expect(await fixture.redis.exists(fixture.keys.members(room.chatId))).toBe(0);
  });

  test('a node that cannot be cleaned up does not hold the others up', async () => {
    const other = await fixture.enteredEdge('zz-other');
    await join(dead, { ...session(room, 'client:5', 'a'), userJson: 'throw' });
    await join(other, session(room, 'client:6', 'b'));
    await fixture.endLease('dead');
    await fixture.endLease('zz-other');
    await expect(survivor.clean()).rejects.toThrow('cannot be built');
    expect(await leases()).toEqual(['dead', 'survivor']);
  });

  test('two nodes that die at once are both cleaned', async () => {
    const watched = await fixture.watch(room);
    const alsoDead = await fixture.enteredEdge('also-dead');
    await join(dead, session(room, 'client:5', 'a'));
    await join(alsoDead, session(room, 'client:5', 'b'));
    await fixture.endLease('dead');
    await fixture.endLease('also-dead');
    expect((await survivor.clean()).sort()).toEqual(['also-dead', 'dead']);
    expect(await watched.seen()).toEqual(['+5', '-5']);
  });
});

describe('the tombstone', () => {
  test('it is in every partition, and expires where nothing is left', async () => {
    await join(dead, session(room, 'client:5', 'a'));
    await fixture.endLease('dead');
    await survivor.clean();
    for (let p = 0; p < fixture.keys.partitions; p++) {
      const list = fixture.keys.nodeSessions(p, 'dead');
      expect(await fixture.redis.hkeys(list)).toEqual([tombstoneField]);
      expect(await fixture.redis.pttl(list)).toBeGreaterThan(3_000_000);
    }
  });

  test('it does not expire, and the list with it, while sessions are left', async () => {
    await Promise.all(
      Array.from({ length: 5 }, (_, i) => join(dead, session(room, `client:${i}`, `s${i}`))),
    );
    await fixture.endLease('dead');
    // All partitions before the room's, then its tombstone and two of its five leaves.
    const dying = fixture.edge(dyingAfter(fixture.redis, partition() + 3));
    await expect(dying.clean()).rejects.toThrow('died');
    expect(await fixture.redis.hlen(listOf('dead'))).toBe(4);
    expect(await fixture.redis.pttl(listOf('dead'))).toBe(-1);
  });

  test('a node that is declared dead cannot renew, though it never heard of it', async () => {
    await fixture.endLease('dead');
    await survivor.clean();
    await dead.lease.renew();
    expect(dead.lease.nodeId).not.toBe('dead');
    expect((await survivor.livingNodes.living()).has(dead.lease.nodeId ?? '')).toBe(true);
  });

  test('a zombie that joins takes a new id in the same call and is told of once', async () => {
    const watched = await fixture.watch(room);
    await fixture.endLease('dead');
    await survivor.clean();
    await join(dead, session(room, 'client:5', 'a'));
    expect(dead.lease.nodeId).not.toBe('dead');
    expect(await watched.seen()).toEqual(['+5']);
    const { members } = await survivor.presence.members(room.chatId, 10);
    expect(members[0]?.sessions).toEqual([{ nodeId: dead.lease.nodeId, sessionId: 'a' }]);
  });

  test('many joins of a zombie at once make one new node', async () => {
    await fixture.endLease('dead');
    await survivor.clean();
    await Promise.all(
      Array.from({ length: 20 }, (_, i) => join(dead, session(room, `client:${i}`, `s${i}`))),
    );
    expect(await leases()).toEqual(expect.arrayContaining([dead.lease.nodeId, 'survivor']));
    expect((await leases()).length).toBe(2);
    expect((await survivor.presence.members(room.chatId, 50)).total).toBe(20);
  });

  test('a zombie enters all its sessions anew, and those who were told as gone come back', async () => {
    const watched = await fixture.watch(room);
    for (const id of ['1', '2', '3']) await join(dead, session(room, `client:${id}`, `s${id}`));
    await fixture.endLease('dead');
    await survivor.clean();
    await dead.lease.renew();
    await dead.presence.reconcile();
    expect((await watched.seen()).slice(6).sort()).toEqual(['+1', '+2', '+3']);
    expect(new Set(watched.events.map(({ eventId }) => eventId)).size).toBe(9);
    await leave(dead, session(room, 'client:1', 's1'));
    expect((await watched.seen()).at(-1)).toBe('-1');
  });

  test('what a zombie entered after its tombstone had expired is taken out when it gives its old id up', async () => {
    await fixture.endLease('dead');
    await survivor.clean();
    await fixture.redis.del(listOf('dead'));
    await join(dead, session(room, 'client:5', 'stray'));
    expect(dead.lease.nodeId).toBe('dead');
    await dead.lease.renew();
    await dead.presence.reconcile();
    await dead.lease.renounce('dead');
    expect(await survivor.clean()).toEqual(['dead']);
    const { members } = await survivor.presence.members(room.chatId, 10);
    expect(members.map(({ sessions }) => sessions)).toEqual([
      [{ nodeId: dead.lease.nodeId, sessionId: 'stray' }],
    ]);
  });

  test('a leave between two ids is told at once', async () => {
    const watched = await fixture.watch(room);
    await join(dead, session(room, 'client:5', 'a'));
    await fixture.condemn('dead');
    await dead.lease.renew();
    await leave(dead, session(room, 'client:5', 'a'));
    expect(await watched.seen()).toEqual(['+5', '-5']);
  });

  test('a leave of a zombie that was cleaned already tells nothing a second time', async () => {
    const watched = await fixture.watch(room);
    await join(dead, session(room, 'client:5', 'a'));
    await fixture.endLease('dead');
    await survivor.clean();
    await leave(dead, session(room, 'client:5', 'a'));
    expect(await watched.seen()).toEqual(['+5', '-5']);
  });
});

describe('reconciling', () => {
  test('what Redis lost is entered again, and what the node does not hold is taken out', async () => {
    await join(survivor, session(room, 'client:kept', 'a'));
    await join(survivor, session(room, 'client:lost', 'b'));
    await join(survivor, session(room, 'client:left', 'c'));
    await leave(survivor, session(room, 'client:left', 'c'));
    // A rollback: the leave never happened, the join of `lost` neither.
    const stranger = await fixture.enteredEdge('stranger');
    await join(stranger, session(room, 'client:left', 'c'));
    const entries = await fixture.redis.hgetall(listOf('stranger'));
    await fixture.redis.hset(listOf('survivor'), entries);
    const members = fixture.keys.members(room.chatId);
    const list = (await fixture.redis.hget(members, 'client:left')) ?? '';
    await fixture.redis.hset(members, 'client:left', list.replace('stranger', 'survivor'));
    await fixture.redis.hdel(listOf('survivor'), 'b@chat');
    await fixture.redis.hdel(members, 'client:lost', 'json:client:lost');
    await fixture.redis.hincrby(members, '#client', -1);

    const watched = await fixture.watch(room);
    await survivor.presence.reconcile();
    // The room was told of both when it happened.
    expect(await watched.seen()).toEqual([]);
    expect(
      (await survivor.presence.members(room.chatId, 10)).members.map(({ user }) => user).sort(),
    ).toEqual(['client:kept', 'client:lost']);
    expect(await fixture.redis.hget(members, '#client')).toBe('2');
  });

  test('after Redis was wiped everything is entered anew', async () => {
    for (const id of ['1', '2']) await join(survivor, session(room, `client:${id}`, `s${id}`));
    await join(survivor, session('desk', 'operator:9', 'd'));
    const { keys, redis } = fixture;
    await redis.unlink(keys.nodes());
    await redis.unlink(keys.cluster());
    for (const key of [keys.members(room.chatId), keys.desk()]) await redis.unlink(key);
    for (let p = 0; p < keys.partitions; p++) await redis.unlink(keys.nodeSessions(p, 'survivor'));
    await survivor.lease.renew();
    await survivor.presence.reconcile();
    expect((await survivor.presence.members(room.chatId, 10)).total).toBe(2);
    expect(await survivor.presence.deskSessionsOf('9')).toBe(1);
  });

  test("a session that only its room remembers is put into its node's list again", async () => {
    await join(survivor, session(room, 'client:5', 'a'));
    await fixture.redis.hdel(listOf('survivor'), 'a@chat');
    const watched = await fixture.watch(room);
    await survivor.presence.reconcile();
    const { members } = await survivor.presence.members(room.chatId, 10);
    expect(members.map(({ sessions }) => sessions.length)).toEqual([1]);
    expect(await fixture.redis.hexists(listOf('survivor'), 'a@chat')).toBe(1);
    expect(await watched.seen()).toEqual([]);
  });

  test('a session that joins while others are taken out stays', async () => {
    const before = fixture.twin(survivor);
    const all = Array.from({ length: 150 }, (_, i) => session(room, `client:${i}`, `s${i}`));
    await Promise.all(all.map((membership) => join(before, membership)));
    let joining: Promise<unknown> | undefined;
    const joinAllAgain = () => Promise.all(all.map((membership) => join(again, membership)));
    const connection = intercept(fixture.redis, async (script) => {
      if (script === 'presenceLeave') joining ??= joinAllAgain();
    });
    const again = fixture.twin(survivor, connection);
    await again.presence.reconcile();
    await joining;
    expect((await survivor.presence.members(room.chatId, 500)).total).toBe(150);
  });

  test('when all agrees nothing changes', async () => {
    await join(survivor, session(room, 'client:5', 'a'));
    const watched = await fixture.watch(room);
    const before = await fixture.redis.hgetall(fixture.keys.members(room.chatId));
    await survivor.presence.reconcile();
    expect(await fixture.redis.hgetall(fixture.keys.members(room.chatId))).toEqual(before);
    expect(await watched.seen()).toEqual([]);
  });
});
