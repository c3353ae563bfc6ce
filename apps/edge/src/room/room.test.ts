/** Joining, resuming and what a room's sockets are told, over two real edges. */
import { setTimeout as delay } from 'node:timers/promises';
import { findRedis, type RawSocket } from '@switchboard/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { settled, startEdges, textsOf, type EdgesUnderTest } from '../test/edges-under-test.ts';

let edges: EdgesUnderTest;
beforeAll(async () => {
  edges = await startEdges({ edges: 2, env: { ROOM_GRACE_MS: '300' } });
});
afterAll(() => edges.stop());

let count = 0;
const newChat = () => `room-${(count += 1)}`;
const closeAll = (...sockets: RawSocket[]) => Promise.all(sockets.map((socket) => socket.close()));
const connectedOf = (socket: RawSocket) => socket.frames[0]!;

describe('connected', () => {
  it('comes first and names the session, the room, its members and the limits', async () => {
    const chatId = newChat();
    const ann = await edges.client('ann', chatId, {
      claims: { name: 'Ann', email: 'ann@example.com' },
    });
    const op = await edges.operator('op', chatId, { edge: 1 });
    const first = connectedOf(op);
    expect(first).toMatchObject({
      event: 'connected',
      data: {
        session_id: expect.any(String),
        user: { id: 'op', role: 'operator' },
        chat_id: chatId,
        members_total: 2,
        position: '0',
        limits: { frame_max_bytes: 65_536, text_max_bytes: 16_384 },
        heartbeat: { ping_after_ms: 30_000, pong_timeout_ms: 10_000 },
      },
    });
    expect(first.data.members).toHaveLength(2);
    expect(first.data.members).toContainEqual({ id: 'ann', role: 'client', name: 'Ann' });
    expect(first.data).not.toHaveProperty('resumed');
    expect(first).not.toHaveProperty('event_id');
    await closeAll(ann, op);
  });

  it('of two who join at once: each is told of the other, in the list or as userConnected', async () => {
    for (let round = 0; round < 10; round += 1) {
      const chatId = newChat();
      const [ann, bob] = await Promise.all([
        edges.client('ann', chatId),
        edges.client('bob', chatId, { edge: 1 }),
      ]);
      await Promise.all([settled(ann), settled(bob)]);
      const knows = (socket: RawSocket, id: string) =>
        connectedOf(socket).data.members.some((member: { id: string }) => member.id === id) ||
        socket.frames.some((frame) => frame.event === 'userConnected' && frame.data.user.id === id);
      await expect
        .poll(() => knows(ann, 'bob') && knows(bob, 'ann'), { timeout: 2_000 })
        .toBe(true);
      await closeAll(ann, bob);
    }
  });
});

describe('a message', () => {
  const told = async (message: object) => {
    const chatId = newChat();
    const sockets = await Promise.all([
      edges.client('ann', chatId),
      edges.client('bob', chatId, { edge: 1 }),
      edges.operator('op', chatId),
      edges.operator('op2', chatId, { edge: 1 }),
    ]);
    await edges.post({ chat_id: chatId, ...message });
    await edges.post({ chat_id: chatId, text: 'end' });
    await Promise.all(
      sockets.map((socket) => socket.next((frame) => frame.data.message?.text === 'end')),
    );
    const counts = sockets.map((socket) => socket.all('messageAdded').length - 1);
    await closeAll(...sockets);
    return { clients: counts.slice(0, 2), operators: counts.slice(2), sockets };
  };

  it.each([
    ['standard', { type: 'standard' }, 1, 1],
    ['bot', { type: 'bot' }, 1, 1],
    ['note', { type: 'note' }, 0, 1],
    ['system for clients', { type: 'system', type_role: 'client' }, 1, 0],
    ['system for operators', { type: 'system', type_role: 'operator' }, 0, 1],
  ] as const)(
    'of type %s reaches who may see it, on both edges',
    async (_name, message, clients, operators) => {
      const counts = await told(message);
      expect(counts.clients).toEqual([clients, clients]);
      expect(counts.operators).toEqual([operators, operators]);
    },
  );

  it('shows clients no more of a user than they may read', async () => {
    const user = {
      id: 'agent',
      role: 'operator' as const,
      name: 'A',
      email: 'a@example.com',
      salary: 5,
    };
    const { sockets } = await told({ user });
    const [client, operator] = [sockets[0], sockets[2]].map(
      (socket) => socket.all('messageAdded')[0]!,
    );
    expect(client!.data.message.user).toEqual({ id: 'agent', role: 'operator', name: 'A' });
    expect(operator!.data.message.user).toEqual(user);
    expect(client!.event_id).toBe(operator!.event_id);
  });

  it('to rooms with hostile ids stays in its room', async () => {
    const ids = [
      'x',
      'x:operator',
      'o/x',
      'a/x',
      '{x}',
      'x%3Aoperator',
      'x ',
      'X',
      '\u{1F4A5}',
      '..',
    ];
    const sockets = await Promise.all(ids.map((id) => edges.client('ann', id)));
    for (const id of ids) await edges.post({ chat_id: id, text: id });
    await Promise.all(sockets.map((socket) => socket.next('messageAdded')));
    await Promise.all(sockets.map(settled));
    expect(sockets.map(textsOf)).toEqual(ids.map((id) => [id]));
    await closeAll(...sockets);
  });
});

describe('resume', () => {
  it('brings what was missed in order, once, and then caughtUp', async () => {
    const chatId = newChat();
    const ann = await edges.client('ann', chatId);
    await edges.post({ chat_id: chatId, text: 'one' });
    const { position } = await ann.next('messageAdded');
    await ann.close();
    for (const text of ['two', 'three']) await edges.post({ chat_id: chatId, text });
    await edges.post({ chat_id: chatId, type: 'note', text: 'hidden' });
    const back = await edges.client('ann', chatId, { edge: 1, query: { since: position! } });
    expect(connectedOf(back)).toMatchObject({ data: { resumed: true, position } });
    expect(await back.next('caughtUp')).toMatchObject({ data: { count: 2 } });
    await edges.post({ chat_id: chatId, text: 'four' });
    await back.next((frame) => frame.data.message?.text === 'four');
    expect(textsOf(back)).toEqual(['two', 'three', 'four']);
    const names = back.frames
      .map(({ event }) => event)
      .filter((event) => event !== 'userConnected');
    expect(names).toEqual([
      'connected',
      'messageAdded',
      'messageAdded',
      'caughtUp',
      'messageAdded',
    ]);
    await back.close();
  });

  it('from a position that is none of this room is told, and history takes its place', async () => {
    const chatId = newChat();
    for (const text of ['a', 'b', 'c']) await edges.post({ chat_id: chatId, text });
    for (const since of ['nonsense', '1-1.xyz', '99999999999999-0.abc', '']) {
      const socket = await edges.client('ann', chatId, { query: { since, history: 2 } });
      expect(connectedOf(socket)).toMatchObject({ data: { resumed: false } });
      await socket.next('caughtUp');
      expect(textsOf(socket)).toEqual(['b', 'c']);
      await socket.close();
    }
  });

  it('without since is not spoken of; with an honoured one history is left out', async () => {
    const chatId = newChat();
    await edges.post({ chat_id: chatId, text: 'a' });
    const plain = await edges.client('ann', chatId);
    const since = connectedOf(plain).data.position as string;
    await settled(plain);
    expect(plain.frames.map(({ event }) => event)).toEqual(['connected', 'pong']);
    const resumed = await edges.client('ann', chatId, { query: { since, history: 10 } });
    expect(await resumed.next('caughtUp')).toMatchObject({ data: { count: 0 } });
    expect(connectedOf(resumed).data.resumed).toBe(true);
    await closeAll(plain, resumed);
  });

  it('under traffic loses nothing and repeats nothing', async () => {
    const chatId = newChat();
    const total = 600;
    const first = await edges.client('ann', chatId);
    await edges.post({ chat_id: chatId, text: '0' });
    let since = (await first.next('messageAdded')).position!;
    await first.close();
    const seen = ['0'];
    let written = 1;
    const writing = (async () => {
      for (; written < total; written += 1)
        await edges.post({ chat_id: chatId, text: String(written) });
    })();
    for (let turn = 0; seen.length < total; turn += 1) {
      const socket = await edges.client('ann', chatId, { edge: turn % 2, query: { since } });
      await delay(30);
      socket.terminate();
      await socket.closed;
      for (const frame of socket.all('messageAdded')) seen.push(frame.data.message.text);
      since = socket.frames.findLast(({ position }) => position !== undefined)?.position ?? since;
    }
    await writing;
    expect(seen).toEqual(Array.from({ length: total }, (_, index) => String(index)));
  });

  it('over a long stretch of hidden events tells a checkpoint, from which the next resume is short', async () => {
    const chatId = newChat();
    const ann = await edges.client('ann', chatId);
    const since = connectedOf(ann).data.position as string;
    await ann.close();
    await edges.post({ chat_id: chatId, text: 'seen' });
    for (let index = 0; index < 150; index += 1)
      await edges.post({ chat_id: chatId, type: 'note' });
    const begin = await edges.client('ann', chatId, { query: { history: 1 } });
    await begin.next('caughtUp');
    const { position } = begin.frames.find(({ event }) => event === 'messageAdded')!;
    expect(since).toBe('0');
    const back = await edges.client('ann', chatId, { query: { since: position! } });
    const checkpoint = await back.next('checkpoint');
    expect(await back.next('caughtUp')).toMatchObject({ data: { count: 0 } });
    const short = await edges.client('ann', chatId, { query: { since: checkpoint.data.position } });
    expect(connectedOf(short).data.resumed).toBe(true);
    await short.next('caughtUp');
    expect(short.all('checkpoint')).toEqual([]);
    await closeAll(begin, back, short);
  });
});

describe('history', () => {
  it('counts the messages that one may see and begins with the oldest of them', async () => {
    const chatId = newChat();
    for (const text of ['1', '2', '3']) await edges.post({ chat_id: chatId, text });
    await edges.post({ chat_id: chatId, type: 'note', text: 'note' });
    await edges.post({ chat_id: chatId, text: '4' });
    const ann = await edges.client('ann', chatId, { query: { history: 2 } });
    expect(await ann.next('caughtUp')).toMatchObject({ data: { count: 2 } });
    expect(textsOf(ann)).toEqual(['3', '4']);
    const op = await edges.operator('op', chatId, { query: { history: 2 } });
    await op.next('caughtUp');
    expect(textsOf(op)).toEqual(['note', '4']);
    expect(connectedOf(op).data).not.toHaveProperty('resumed');
    await closeAll(ann, op);
  });
});

describe('presence in a room', () => {
  it('is told to others when the first socket of a user comes and its last one goes', async () => {
    const chatId = newChat();
    const op = await edges.operator('op', chatId);
    const ann = await edges.client('ann', chatId);
    expect(await op.next('userConnected')).toMatchObject({
      data: { chat_id: chatId, user: { id: 'ann' } },
    });
    const tab = await edges.client('ann', chatId, { edge: 1 });
    await ann.close();
    await delay(600);
    expect(op.all('userDisconnected')).toEqual([]);
    await tab.close();
    expect(await op.next('userDisconnected')).toMatchObject({
      data: { user: { id: 'ann' }, reason: 'left' },
    });
    expect(op.all('userConnected')).toHaveLength(1);
    for (const socket of [ann, tab])
      expect(
        socket.all((frame) => frame.data.user?.id === 'ann' && frame.event !== 'connected'),
      ).toEqual([]);
    await op.close();
  });

  it('says timeout when the connection broke, and nothing when the user is back within the grace', async () => {
    const chatId = newChat();
    const op = await edges.operator('op', chatId);
    const ann = await edges.client('ann', chatId);
    await op.next('userConnected');
    ann.terminate();
    const again = await edges.client('ann', chatId, { edge: 1 });
    await delay(600);
    expect(op.all('userDisconnected')).toEqual([]);
    again.terminate();
    expect(await op.next('userDisconnected')).toMatchObject({ data: { reason: 'timeout' } });
    await op.close();
  });

  it('of an observer is told to nobody', async () => {
    const chatId = newChat();
    const ann = await edges.client('ann', chatId);
    const watcher = await edges.operator('boss', chatId, { query: { observe: 1 } });
    expect(connectedOf(watcher).data.members.map(({ id }: { id: string }) => id)).toEqual(['ann']);
    await edges.post({ chat_id: chatId, text: 'x' });
    await watcher.next('messageAdded');
    await watcher.close();
    await delay(500);
    await settled(ann);
    expect(ann.all((frame) => frame.event.startsWith('user'))).toEqual([]);
    await ann.close();
  });

  it('observe means nothing from a client', async () => {
    const chatId = newChat();
    const op = await edges.operator('op', chatId);
    const ann = await edges.client('ann', chatId, { query: { observe: 1 } });
    expect(await op.next('userConnected')).toMatchObject({ data: { user: { id: 'ann' } } });
    await closeAll(op, ann);
  });
});

describe('disconnect', () => {
  it('by chat closes its sockets on every edge with 4501 and tells it at once', async () => {
    const chatId = newChat();
    const watcher = await edges.operator('boss', chatId, { query: { observe: 1 } });
    const ann = await edges.client('ann', chatId);
    const op = await edges.operator('op', chatId, { edge: 1 });
    await watcher.next('userConnected');
    const sessionId = connectedOf(ann).data.session_id as string;
    expect(
      await edges.bus.control.ask({ kind: 'disconnect', sessionId, revoke: false }, 2_000),
    ).toBe(1);
    expect(await ann.next('disconnecting')).toMatchObject({
      data: { reason: 'kicked', reconnect: false },
    });
    expect(await ann.closed).toMatchObject({ code: 4501 });
    expect(await watcher.next('userDisconnected', 250)).toMatchObject({
      data: { user: { id: 'ann' }, reason: 'kicked' },
    });
    expect(await edges.bus.control.ask({ kind: 'disconnect', chatId, revoke: false }, 2_000)).toBe(
      2,
    );
    expect(await op.closed).toMatchObject({ code: 4501 });
    expect(await watcher.closed).toMatchObject({ code: 4501 });
  });
});

describe('a lost log', () => {
  it('closes the sockets of its room with 4003', async () => {
    const chatId = newChat();
    const ann = await edges.client('ann', chatId);
    await edges.post({ chat_id: chatId, text: 'x' });
    await ann.next('messageAdded');
    const redis = await findRedis();
    const client = redis.client();
    const keys = await client.keys(`${edges.cluster.keyPrefix}*${chatId}`);
    expect(keys.length).toBeGreaterThan(0);
    await client.del(...keys);
    client.disconnect();
    await edges.post({ chat_id: chatId, text: 'in another history' });
    expect(await ann.closed).toMatchObject({ code: 4003, reason: 'position_lost' });
    expect(textsOf(ann)).toEqual(['x']);
  });
});
