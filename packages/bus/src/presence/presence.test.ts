import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type Edge,
  type PresenceFixture,
  connected,
  dyingAfter,
  intercept,
  join,
  leave,
  openPresenceFixture,
  session,
} from './presence.fixture.ts';
import type { Room } from './session-entry.ts';

let fixture: PresenceFixture;
let one: Edge;
let two: Edge;

beforeAll(async () => {
  fixture = await openPresenceFixture();
  one = await fixture.enteredEdge('one');
  two = await fixture.enteredEdge('two');
});
afterAll(() => fixture.close());

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
let rooms = 0;
const newRoom = () => ({ chatId: `chat-${rooms++}` });
const counters = (room: Room) =>
  fixture.redis.hmget(
    room === 'desk' ? fixture.keys.desk() : fixture.keys.members(room.chatId),
    '#client',
    '#operator',
  );

describe('join and leave', () => {
  test('a user with several sessions on several edges comes once and goes once', async () => {
    const room = newRoom();
    const watched = await fixture.watch(room);
    const sessions = [
      session(room, 'client:5', 'a'),
      session(room, 'client:5', 'b'),
      session(room, 'client:5', 'c'),
    ] as const;
    await join(one, sessions[0]);
    await join(one, sessions[1]);
    await join(two, sessions[2]);
    expect(await watched.seen()).toEqual(['+5']);
    await leave(one, sessions[0]);
    await leave(two, sessions[2]);
    expect(await watched.seen()).toEqual(['+5']);
    await leave(one, sessions[1]);
    expect(await watched.seen()).toEqual(['+5', '-5']);
  });

  test('the oldest of too many sessions of a user are named to whoever joins, wherever they are', async () => {
    const room = newRoom();
    const sessions = ['a', 'b', 'c', 'd'].map((id) => session(room, 'client:5', id));
    const limits = { sessionsMax: 3 };
    const named = [];
    for (const [index, membership] of sessions.entries()) {
      const edge = index % 2 === 0 ? one : two;
      named.push(await edge.presence.join(membership, undefined, limits));
    }
    expect(named).toEqual([[], [], [], [{ nodeId: one.lease.nodeId, sessionId: 'a' }]]);
    const other = session(room, 'client:6', 'e');
    expect(await one.presence.join(other, undefined, limits)).toEqual([]);
    const again = session(room, 'client:5', 'f');
    expect(await one.presence.join(again, undefined, { sessionsMax: 0 })).toEqual([]);
  });

  test('a session that has closed is none too many, and there until it leaves', async () => {
    const room = newRoom();
    const watched = await fixture.watch(room);
    const [first, second] = [session(room, 'client:5', 'a'), session(room, 'client:5', 'b')];
    await join(one, first);
    await join(two, second);
    await one.presence.retire(first);
    const third = session(room, 'client:5', 'c');
    expect(await one.presence.join(third, undefined, { sessionsMax: 2 })).toEqual([]);
    const fourth = session(room, 'client:5', 'd');
    expect(await two.presence.join(fourth, undefined, { sessionsMax: 2 })).toMatchObject([
      { sessionId: 'b' },
    ]);
    for (const [edge, membership] of [
      [one, third],
      [two, fourth],
      [two, second],
    ] as const) {
      await edge.presence.retire(membership);
      await leave(edge, membership);
    }
    expect(await watched.seen()).toEqual(['+5']);
    await leave(one, first);
    expect(await watched.seen()).toEqual(['+5', '-5']);
  });

  test('a join or a leave that is repeated changes and tells nothing', async () => {
    const room = newRoom();
    const watched = await fixture.watch(room);
    const membership = session(room, 'operator:9', 'a');
    for (let i = 0; i < 3; i++) await join(one, membership);
    expect(await counters(room)).toEqual([null, '1']);
    for (let i = 0; i < 3; i++) await leave(one, membership);
    expect(await watched.seen()).toEqual(['+9', '-9']);
    expect(await fixture.redis.exists(fixture.keys.members(room.chatId))).toBe(0);
  });

  test('nothing is left behind after the last leave', async () => {
    const room = newRoom();
    const partition = fixture.keys.partitionOf(room.chatId);
    const loner = await fixture.enteredEdge(`loner-${room.chatId}`);
    const memberships = [session(room, 'client:1', 'a'), session(room, 'operator:1', 'b')];
    for (const membership of memberships) await join(loner, membership);
    for (const membership of memberships) await leave(loner, membership);
    const nodeSessions = fixture.keys.nodeSessions(partition, loner.lease.nodeId ?? '');
    expect(await fixture.redis.exists(fixture.keys.members(room.chatId), nodeSessions)).toBe(0);
  });

  test('the same id as client and as operator is two users', async () => {
    const room = newRoom();
    const watched = await fixture.watch(room);
    await join(one, session(room, 'client:7', 'a'));
    await join(one, session(room, 'operator:7', 'b'));
    expect(await watched.seen()).toEqual(['+7', '+7']);
    expect(await counters(room)).toEqual(['1', '1']);
  });

  test('one session in two rooms is two memberships', async () => {
    const [roomA, roomB] = [newRoom(), newRoom()];
    await join(one, session(roomA, 'client:1', 'a'));
    await join(one, session(roomB, 'client:1', 'a'));
    await leave(one, session(roomA, 'client:1', 'a'));
    expect((await one.presence.members(roomA.chatId, 10)).total).toBe(0);
    expect((await one.presence.members(roomB.chatId, 10)).total).toBe(1);
  });

  test('a leave that is called while its join is under way does not overtake it', async () => {
    const room = newRoom();
    const pauses = { presenceJoin: 20, presenceLeave: 0 } as Record<string, number>;
    const slow = intercept(fixture.redis, (script) => pause(pauses[script] ?? 0));
    const edge = await fixture.enteredEdge('slow', slow);
    const membership = session(room, 'client:3', 'a');
    await Promise.all([join(edge, membership), leave(edge, membership)]);
    expect((await one.presence.members(room.chatId, 10)).total).toBe(0);
  });

  test('a join that fails leaves nothing that would be entered later', async () => {
    const room = newRoom();
    const edge = await fixture.enteredEdge('failing', dyingAfter(fixture.redis, 0));
    await expect(join(edge, session(room, 'client:3', 'a'))).rejects.toThrow('died');
    await edge.presence.reconcile();
    expect((await one.presence.members(room.chatId, 10)).total).toBe(0);
  });

  test('a session that joined silently is not told of, nor is its end', async () => {
    const room = newRoom();
    const watched = await fixture.watch(room);
    const membership = session(room, 'operator:9', 'a');
    await one.presence.join(membership, undefined);
    await one.presence.leave(membership, undefined);
    expect(await watched.seen()).toEqual([]);
  });

  test('the published event is the one that was given, with its audience', async () => {
    const room = newRoom();
    const watched = await fixture.watch(room);
    const event = connected(room, 'client:a b', '{"id":"ä"}');
    await one.presence.join(session(room, 'client:a b', 's'), event);
    await watched.seen();
    expect(watched.events[0]).toMatchObject({
      eventId: event.eventId,
      name: 'userConnected',
      audience: 'all',
      subject: 'client:a b',
    });
    expect(watched.events[0]?.position).toBeUndefined();
  });

  test('a process without a lease cannot join', async () => {
    const stranger = fixture.edge();
    await expect(join(stranger, session(newRoom(), 'client:1', 'a'))).rejects.toMatchObject({
      name: 'BusUnavailable',
      executed: 'no',
    });
  });
});

describe('reading', () => {
  test('members are named with their sessions, oldest first, and since when', async () => {
    const room = newRoom();
    const beforeMs = Date.now() - 5_000;
    await join(one, session(room, 'client:5', 'a'));
    await join(two, session(room, 'client:5', 'b'));
    const { members, total } = await one.presence.members(room.chatId, 10);
    expect(total).toBe(1);
    expect(members).toEqual([
      {
        user: 'client:5',
        userJson: '{"id":"5"}',
        sessions: [
          { nodeId: one.lease.nodeId, sessionId: 'a' },
          { nodeId: two.lease.nodeId, sessionId: 'b' },
        ],
        sinceMs: expect.any(Number),
      },
    ]);
    expect(members[0]?.sinceMs).toBeGreaterThan(beforeMs);
  });

  test('a large room gives the first users and the number of all', async () => {
    const room = newRoom();
    await Promise.all(
      Array.from({ length: 900 }, (_, i) => join(one, session(room, `client:${i}`, `s${i}`))),
    );
    const { members, total } = await one.presence.members(room.chatId, 200);
    expect(members.length).toBe(200);
    expect(new Set(members.map(({ user }) => user)).size).toBe(200);
    expect(total).toBe(900);
    const all = await one.presence.members(room.chatId, 5_000);
    expect([all.members.length, all.total]).toEqual([900, 900]);
  });

  test('the total of a large room is exact while a node is dead and not cleaned up', async () => {
    const room = newRoom();
    const dying = await fixture.enteredEdge('dying with many');
    const joins = Array.from({ length: 1_600 }, (_, i) =>
      join(i % 2 === 0 ? one : dying, session(room, `client:${i}`, `s${i}`)),
    );
    await Promise.all(joins);
    expect((await two.presence.members(room.chatId, 100)).total).toBe(1_600);
    await fixture.endLease('dying with many');
    const { members, total } = await two.presence.members(room.chatId, 100);
    expect([members.length, total]).toEqual([100, 800]);
    await one.clean();
    expect((await two.presence.members(room.chatId, 100)).total).toBe(800);
  });

  test('an empty room has no members', async () => {
    expect(await one.presence.members('nobody', 10)).toEqual({ members: [], total: 0 });
  });

  test('sessions of a node whose lease has ended are left out before anybody has cleaned up', async () => {
    const room = newRoom();
    const dying = await fixture.enteredEdge('dying');
    await join(one, session(room, 'client:1', 'a'));
    await join(dying, session(room, 'client:1', 'b'));
    await join(dying, session(room, 'client:2', 'c'));
    await join(dying, session('desk', 'operator:77', 'd'));
    expect(await one.presence.deskSessionsOf('77')).toBe(1);
    await fixture.endLease('dying');
    const { members, total } = await one.presence.members(room.chatId, 10);
    expect(members.map(({ user, sessions }) => [user, sessions.length])).toEqual([['client:1', 1]]);
    expect(total).toBe(1);
    expect(await one.presence.deskSessionsOf('77')).toBe(0);
    expect((await one.presence.desk()).map(({ nodeId }) => nodeId)).not.toContain('dying');
  });
});

describe('the desk', () => {
  const sessionsOf = async (user: string) =>
    (await two.presence.desk())
      .flatMap(({ sessions }) => sessions)
      .filter((one) => one.user === user);

  test('lists every session with its user and its own JSON, and can replace it', async () => {
    const membership = session('desk', 'operator:9', 'desk-a');
    await join(one, membership);
    await join(two, session('desk', 'operator:9', 'desk-b'));
    await one.presence.update({ ...membership, sessionJson: '{"sources":[1]}' });
    const desk = await sessionsOf('operator:9');
    expect(
      desk.map(({ sessionId, nodeId, userJson, sessionJson }) => ({
        sessionId,
        nodeId,
        userJson,
        sessionJson,
      })),
    ).toEqual([
      {
        sessionId: 'desk-a',
        nodeId: 'one',
        userJson: '{"id":"9"}',
        sessionJson: '{"sources":[1]}',
      },
      {
        sessionId: 'desk-b',
        nodeId: 'two',
        userJson: '{"id":"9"}',
        sessionJson: '{"sources":null,"of":"desk-b"}',
      },
    ]);
    const nodes = await two.presence.desk();
    for (const { lastSeenMs } of nodes)
      expect(Math.abs(lastSeenMs - Date.now())).toBeLessThan(60_000);
    expect(await one.presence.deskSessionsOf('9')).toBe(2);
  });

  test('a session whose JSON is taken away is online still, and no live connection', async () => {
    const membership = session('desk', 'operator:12', 'closed');
    const { sessionJson: _gone, ...left } = membership;
    await join(one, membership);
    await join(two, session('desk', 'operator:12', 'open'));
    await one.presence.update(left);
    await one.presence.update(membership);
    const desk = await sessionsOf('operator:12');
    expect(
      desk.map(({ sessionId, sessionJson }) => [sessionId, sessionJson !== undefined]),
    ).toEqual([
      ['closed', false],
      ['open', true],
    ]);
    expect(await two.presence.deskSessionsOf('12')).toBe(1);
    const watched = await fixture.watch('desk');
    await leave(two, session('desk', 'operator:12', 'open'));
    expect(await watched.seen()).toEqual([]);
    await leave(one, left);
    expect(await watched.seen()).toEqual(['-12']);
    watched.close();
  });

  test('an update of a session that is not there enters nothing', async () => {
    await one.presence.update(session('desk', 'operator:404', 'nobody'));
    expect(await one.presence.deskSessionsOf('404')).toBe(0);
  });

  test('it tells on the feed of partition 0, and no chat can take its name', async () => {
    const watched = await fixture.watch('desk');
    await join(one, session({ chatId: 'desk' }, 'operator:50', 'x'));
    await join(one, session({ chatId: '*desk' }, 'operator:50', 'x'));
    expect(await watched.seen()).toEqual([]);
    await join(one, session('desk', 'operator:50', 'x'));
    await leave(one, session('desk', 'operator:50', 'x'));
    expect(await watched.seen()).toEqual(['+50', '-50']);
    expect((await one.presence.members('desk', 10)).total).toBe(1);
  });

  test('no field of a session that left stays', async () => {
    const membership = session('desk', 'operator:60', 'gone');
    await join(one, membership);
    await leave(one, membership);
    const fields = await fixture.redis.hkeys(fixture.keys.desk());
    expect(
      fields.filter((field) => field.includes('gone') || field.includes('operator:60')),
    ).toEqual([]);
  });
});
