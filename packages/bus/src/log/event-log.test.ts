import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AppendRequest } from '../contract.ts';
import {
  frameOf,
  type LogFixture,
  openLogFixture,
  record,
  roomEvent,
  until,
} from './log.fixture.ts';

let fixture: LogFixture;
beforeAll(async () => {
  fixture = await openLogFixture();
});
afterAll(() => fixture.close());

const chat = () => `chat-${crypto.randomUUID()}`;
const append = (request: Partial<AppendRequest> & Pick<AppendRequest, 'event'>) =>
  fixture.log.append({ deadlineMs: 1_000, ...request });

describe('append', () => {
  test('writes a chained entry and publishes the final frame', async () => {
    const chatId = chat();
    const listener = record();
    const follow = fixture.log.followRoom(chatId, listener);
    await follow.ready;
    const first = await append({ event: roomEvent(chatId, 'one') });
    const second = await append({ event: roomEvent(chatId, 'two') });
    await until(() => listener.seen.length === 2);
    expect(listener.seen).toEqual(['one', 'two']);
    expect(first).toMatchObject({ kind: 'appended', present: { clients: 0, operators: 0 } });
    expect(listener.events.map((event) => event.position)).toEqual(
      [first, second].map((a) => (a as { position: string }).position),
    );
    expect(frameOf(listener.events[1]!).position).toBe(listener.events[1]!.position);
    follow.close();
  });

  test('hands the same frame to a live follower and to a reader of the log', async () => {
    const chatId = chat();
    const listener = record();
    const follow = fixture.log.followRoom(chatId, listener);
    await follow.ready;
    const room = {
      audience: 'all',
      data: '{"message":{"text":"ü\\u0000"}}',
      clientsData: '{"message":{"text":"c"}}',
    } as const;
    await append({ event: roomEvent(chatId, '', { room }) });
    await until(() => listener.events.length === 1);
    const { events } = await fixture.log.readRoom(chatId, undefined, 10);
    const live = listener.events[0]!;
    expect(Buffer.from(events[0]!.frame)).toEqual(Buffer.from(live.frame));
    expect(Buffer.from(events[0]!.clientsFrame!)).toEqual(Buffer.from(live.clientsFrame!));
    expect({ ...events[0], frame: 0, clientsFrame: 0 }).toEqual({
      ...live,
      frame: 0,
      clientsFrame: 0,
    });
    follow.close();
  });

  test('answers a known client message id with the first answer and writes nothing', async () => {
    const chatId = chat();
    const once = { kind: 'clientMessage', user: 'client:5', clientMessageId: 'a b' } as const;
    const message = { messageId: 'm1', type: 'standard' } as const;
    const first = await append({ event: roomEvent(chatId, 'one'), once, message });
    const again = await append({
      event: roomEvent(chatId, 'one'),
      once,
      message: { ...message, messageId: 'm2' },
    });
    expect(again).toMatchObject({ ...first, kind: 'duplicate', messageId: 'm1' });
    expect((await fixture.log.readRoom(chatId, undefined, 10)).events).toHaveLength(1);
  });

  test('answers a known message id with the first answer, whoever asks', async () => {
    const chatId = chat();
    const message = { messageId: '-', type: 'bot' } as const;
    const first = await append({ event: roomEvent(chatId, 'one'), message });
    const again = await append({ event: roomEvent(chatId, 'two'), message });
    expect(again).toMatchObject({ ...first, kind: 'duplicate' });
    expect((await fixture.log.readRoom(chatId, undefined, 10)).events).toHaveLength(1);
  });

  test('refuses an idempotency key that comes with another body', async () => {
    const chatId = chat();
    const once = {
      kind: 'idempotencyKey',
      tokenName: 'crm',
      path: '/message',
      key: 'k',
      bodyDigest: 'd1',
    } as const;
    await append({ event: roomEvent(chatId, 'one'), once });
    expect(await append({ event: roomEvent(chatId, 'one'), once })).toMatchObject({
      kind: 'duplicate',
    });
    expect(
      await append({ event: roomEvent(chatId, 'two'), once: { ...once, bodyDigest: 'd2' } }),
    ).toEqual({ kind: 'keyReused' });
    const other = await append({
      event: roomEvent(chatId, 'one'),
      once: { ...once, tokenName: 'erp' },
    });
    expect(other.kind).toBe('appended');
  });

  test('does not execute after its deadline, by the clock of Redis', async () => {
    const chatId = chat();
    const slow = await openLogFixture({ nowMs: () => Date.now() - 10_000 });
    const late = slow.log.append({ event: roomEvent(chatId, 'late'), deadlineMs: 1_000 });
    await expect(late).rejects.toMatchObject({ name: 'BusUnavailable', executed: 'no' });
    expect((await slow.log.readRoom(chatId, undefined, 10)).events).toHaveLength(0);
    await slow.close();
  });

  test('refuses a message to a closed chat when asked to, and only then', async () => {
    const chatId = chat();
    const facts = { chatId, remembered: { status: '"closed"' }, rest: '', closed: true };
    expect(await fixture.log.isClosed(chatId)).toBe(false);
    await append({ event: roomEvent(chatId, 'closing'), chat: facts });
    expect(await fixture.log.isClosed(chatId)).toBe(true);
    expect(await append({ event: roomEvent(chatId, 'x'), refuseIfClosed: true })).toEqual({
      kind: 'closed',
    });
    expect(await append({ event: roomEvent(chatId, 'x') })).toMatchObject({ kind: 'appended' });
    await append({ event: roomEvent(chatId, 'opening'), chat: { ...facts, closed: false } });
    expect(await fixture.log.isClosed(chatId)).toBe(false);
    expect(await append({ event: roomEvent(chatId, 'x'), refuseIfClosed: true })).toMatchObject({
      kind: 'appended',
    });
  });

  test('keeps chats whose ids look like keys apart', async () => {
    const base = chat();
    const hostile = [
      base,
      `${base}:state`,
      `{1}${base}`,
      `${base}%3Astate`,
      `${base} `,
      `room:${base}`,
    ];
    for (const [i, chatId] of hostile.entries())
      await append({ event: roomEvent(chatId, `text ${i}`) });
    for (const [i, chatId] of hostile.entries()) {
      const { events } = await fixture.log.readRoom(chatId, undefined, 10);
      expect(events.map((event) => frameOf(event).data.message.text)).toEqual([`text ${i}`]);
    }
  });
});

describe('the message memory', () => {
  test('tells type, author and what each audience saw last', async () => {
    const chatId = chat();
    const add = (messageId: string, type: 'standard' | 'note' | 'system', typeRole?: 'client') =>
      append({
        event: roomEvent(chatId, messageId),
        message: { messageId, type, ...(typeRole && { typeRole }), author: 'operator:a b' },
      });
    await add('s1', 'standard');
    await add('n1', 'note');
    await add('y1', 'system', 'client');
    const note = await fixture.log.recall(chatId, 'n1');
    expect(note).toMatchObject({
      type: 'note',
      author: 'operator:a b',
      sequence: 2,
      newestFor: { clients: 's1', operators: 'n1', feed: 's1' },
    });
    expect((await fixture.log.recall(chatId, 'y1'))?.newestFor).toEqual({
      clients: 'y1',
      operators: 'n1',
      feed: 's1',
    });
    expect(await fixture.log.recall(chatId, 'unknown')).toBeUndefined();
  });

  test('does not append a receipt that changes nothing', async () => {
    const chatId = chat();
    for (const messageId of ['m1', 'm2', 'm3']) {
      await append({
        event: roomEvent(chatId, messageId),
        message: { messageId, type: 'standard' },
      });
    }
    const mark = async (
      messageId: string,
      level: 'delivered' | 'read',
      upTo: boolean,
      reader = 'client:5',
    ) => {
      const { sequence } = (await fixture.log.recall(chatId, messageId))!;
      const receipt = { reader: reader as 'client:5', level, messageId, upTo, sequence };
      return (await append({ event: roomEvent(chatId, 'receipt'), receipt })).kind;
    };
    expect(await mark('m3', 'delivered', false)).toBe('appended');
    expect(await mark('m3', 'delivered', false)).toBe('unchanged');
    expect(await mark('m2', 'read', true)).toBe('appended');
    expect(await mark('m1', 'read', true)).toBe('unchanged');
    expect(await mark('m1', 'delivered', false)).toBe('unchanged');
    expect(await mark('m3', 'read', true)).toBe('appended');
    expect(await mark('m3', 'read', true, 'operator:5')).toBe('appended');
  });
});

describe('the feed', () => {
  const feedOf = (chatId: string) => fixture.keys.partitionOf(chatId);
  const fed = (chatId: string, joinChat: boolean) =>
    roomEvent(chatId, 'x', {
      feed: { to: 'filtered', data: '{"message":{"text":"x"}}', joinChat },
    });

  test('carries the chat as it is known, and where it was and is', async () => {
    const chatId = chat();
    const listener = record();
    const follow = fixture.log.followFeed(feedOf(chatId), listener);
    await follow.ready;
    const facts = {
      chatId,
      remembered: { widget: '{"id":"w1"}', status: '"open"' },
      rest: '"subject":"s"',
      widgetId: 'w1',
    };
    await append({ event: fed(chatId, true), chat: facts });
    await append({
      event: fed(chatId, true),
      chat: { chatId, remembered: { department: '{"id":"d,1"}' }, rest: '', departmentId: 'd,1' },
    });
    await append({ event: fed(chatId, true) });
    await until(() => listener.events.length === 3);
    expect(listener.events.map((event) => event.routing)).toEqual([
      'w1,-,-',
      'w1,-,-;w1,d%2C1,-',
      'w1,d%2C1,-',
    ]);
    const chats = listener.events.map(
      (event) => (frameOf(event) as unknown as { data: { chat: unknown } }).data.chat,
    );
    expect(chats[0]).toEqual({ id: chatId, status: 'open', widget: { id: 'w1' }, subject: 's' });
    expect(chats[2]).toEqual({
      id: chatId,
      status: 'open',
      widget: { id: 'w1' },
      department: { id: 'd,1' },
    });
    follow.close();
  });

  test('is not moved by an older version of the chat', async () => {
    const chatId = chat();
    const facts = (version: number, id: string) => ({
      chatId,
      remembered: { widget: `{"id":"${id}"}`, version: String(version) },
      rest: '',
      widgetId: id,
      version,
    });
    const listener = record();
    const follow = fixture.log.followFeed(feedOf(chatId), listener);
    await follow.ready;
    await append({ event: fed(chatId, true), chat: facts(5, 'new') });
    await append({ event: fed(chatId, true), chat: facts(4, 'old') });
    await append({ event: fed(chatId, true) });
    await until(() => listener.events.length === 3);
    expect(listener.events.map((event) => event.routing)).toEqual([
      'new,-,-',
      'new,-,-',
      'new,-,-',
    ]);
    follow.close();
  });

  test('is told of what is only published, with the routing of the chat', async () => {
    const chatId = chat();
    const listener = record();
    const follow = fixture.log.followFeed(feedOf(chatId), listener);
    await follow.ready;
    const facts = { chatId, remembered: {}, rest: '', operatorId: '5' };
    await append({ event: roomEvent(chatId, 'x'), chat: facts });
    await fixture.log.publish(fed(chatId, false));
    await until(() => listener.ephemerals.length === 1);
    expect(listener.events).toHaveLength(0);
    expect(listener.ephemerals[0]!.routing).toBe('-,-,5');
    expect(frameOf(listener.ephemerals[0]!).position).toBeUndefined();
    follow.close();
  });
});

describe('what is kept', () => {
  const hours = 3_600_000;
  const message = (messageId: string) => ({ messageId, type: 'standard' }) as const;
  const add = async (chatId: string, messageId: string) =>
    (await append({ event: roomEvent(chatId, messageId), message: message(messageId) })).kind;

  test('ends by itself: logs and first answers after a day, what is known of a chat after 30', async () => {
    const { redis, keys } = fixture;
    const chatId = chat();
    const once = { kind: 'clientMessage', user: 'client:5', clientMessageId: 'm' } as const;
    await append({ event: roomEvent(chatId, 'x'), once, message: message('m') });
    const onceKey = keys.once(chatId, 'c', [chatId, 'client:5', 'm']);
    const names = [keys.log(chatId), onceKey, keys.state(chatId), keys.messages(chatId)];
    const left = await Promise.all(names.map((name) => redis.pttl(name)));
    // A tenth of a log's life more, so that it need not be renewed by every event.
    expect(left.map((ms) => Math.ceil(ms / hours))).toEqual([27, 24, 720, 720]);
  });

  test('lives on while a room does: its expiry is renewed after a tenth of its life', async () => {
    const { redis, keys } = fixture;
    const chatId = chat();
    await add(chatId, 'm1');
    for (const key of [keys.log(chatId), keys.state(chatId)]) await redis.pexpire(key, hours);
    await add(chatId, 'm2');
    expect(await redis.pttl(keys.log(chatId))).toBeLessThanOrEqual(hours);
    await redis.hset(keys.state(chatId), 'renewed', Date.now() - 3 * hours);
    await add(chatId, 'm3');
    expect(await redis.pttl(keys.log(chatId))).toBeGreaterThan(24 * hours);
    expect(await redis.pttl(keys.state(chatId))).toBeGreaterThan(29 * 24 * hours);
  });

  test('is counted anew when the log is gone and the record of its size is not', async () => {
    const small = await openLogFixture({ limits: { roomMaxBytes: 2_000, trimSlack: 2 } });
    const { redis, keys } = small;
    const chatId = chat();
    const grow = () => small.log.append({ event: roomEvent(chatId, 'x'), deadlineMs: 1_000 });
    await grow();
    await redis.del(keys.log(chatId));
    await redis.hset(keys.state(chatId), { bytes: 1_000_000, entries: 400 });
    for (let count = 0; count < 4; count += 1) await grow();
    expect(await redis.xlen(keys.log(chatId))).toBe(4);
    expect(await redis.hmget(keys.state(chatId), 'entries')).toEqual(['4']);
    expect(Number(await redis.hget(keys.state(chatId), 'bytes'))).toBeLessThan(2_000);
    await small.close();
  });

  test('of messages is two generations: known for a day, whichever of them they are in', async () => {
    const { redis, keys } = fixture;
    const chatId = chat();
    for (const id of ['m1', 'm2']) await add(chatId, id);
    // A day passes for the generation, and for one of the two.
    await redis.hset(keys.messages(chatId), 'since', Date.now() - 25 * hours);
    const known = (await redis.hget(keys.messages(chatId), 'message:m1'))!;
    const aged = known.replace(/^\d+/u, String(Date.now() - 25 * hours));
    await redis.hset(keys.messages(chatId), 'message:m1', aged);
    await add(chatId, 'm3');
    const fields = await redis.hkeys(keys.messages(chatId));
    expect(fields.toSorted()).toEqual(['message:m3', 'older', 'since']);
    expect(await add(chatId, 'm2')).toBe('duplicate');
    expect((await fixture.log.recall(chatId, 'm2'))?.sequence).toBe(2);
    expect(await fixture.log.recall(chatId, 'm1')).toBeUndefined();
    expect(await add(chatId, 'm1')).toBe('appended');
  });

  test('of a room that goes on is not older than a day', async () => {
    const small = await openLogFixture({ limits: { roomMaxAgeMs: 800, trimSlack: 2 } });
    const chatId = chat();
    const grow = (count: number) =>
      Promise.all(
        Array.from({ length: count }, () =>
          small.log.append({ event: roomEvent(chatId, 'x'), deadlineMs: 1_000 }),
        ),
      );
    await grow(4);
    await new Promise((resolve) => setTimeout(resolve, 500));
    await grow(1);
    await new Promise((resolve) => setTimeout(resolve, 500));
    await grow(3);
    const { events, complete } = await small.log.readRoom(chatId, undefined, 100);
    expect(events.length).toBeLessThanOrEqual(4);
    expect(complete).toBe(false);
    await small.close();
  });
});

describe('bounds', () => {
  test('keep a room to its count and its bytes, and never the newest event', async () => {
    const small = await openLogFixture({
      limits: { roomMaxEntries: 20, roomMaxBytes: 20_000, trimSlack: 8 },
    });
    const [many, large] = [chat(), chat()];
    for (let i = 0; i < 60; i++)
      await small.log.append({ event: roomEvent(many, `${i}`), deadlineMs: 1_000 });
    for (let i = 0; i < 10; i++)
      await small.log.append({ event: roomEvent(large, 'x'.repeat(30_000)), deadlineMs: 1_000 });
    const kept = await small.log.readRoom(many, undefined, 100);
    expect(kept.events.length).toBeGreaterThanOrEqual(20);
    expect(kept.events.length).toBeLessThanOrEqual(28);
    expect(kept.complete).toBe(false);
    expect((await small.log.readRoom(large, undefined, 100)).events).toHaveLength(1);
    await small.close();
  });
});
