/** What an append hands on to the backend, and when it refuses to. */
import { fc, test as property } from '@fast-check/vitest';
import type { RoutedEvent } from '@switchboard/protocol';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { AppendRequest, OutboxKind } from '../contract.ts';
import { type LogFixture, openLogFixture, roomEvent, until } from '../log/log.fixture.ts';
import { decodeId } from '../redis/keys.ts';

const MAX_EVENTS = 5;
const chosen: readonly OutboxKind[] = ['messages', 'receipts'];
const limits = { maxEvents: MAX_EVENTS, maxAgeMs: 3_600_000 };
let fixture: LogFixture;
beforeAll(async () => {
  fixture = await openLogFixture({ outbox: { kinds: new Set(chosen), ...limits } });
});
afterAll(() => fixture.close());

let chatId: string;
let outbox: string;
let state: string;
beforeEach(() => {
  chatId = `chat-${crypto.randomUUID()}`;
  outbox = fixture.keys.outbox(fixture.keys.partitionOf(chatId));
  state = fixture.keys.outboxState(fixture.keys.partitionOf(chatId));
});
beforeEach(async () => void (await fixture.redis.del(outbox, state)));

const append = (request: Partial<AppendRequest> = {}) =>
  fixture.log.append({
    event: roomEvent(chatId, 'hi'),
    outbox: 'messages',
    deadlineMs: 2_000,
    ...request,
  });
const entries = async () =>
  (await fixture.redis.xrange(outbox, '-', '+')).map(([, fields]) => fields);
const inLog = async () => (await fixture.log.readRoom(chatId, undefined, 10)).events.length;

describe('an append', () => {
  test('hands on what operators in the room read, with its position', async () => {
    const data = '{"message":{"text":"ü\\u0000"}}';
    const room = { audience: 'all', data, clientsData: '{"message":{}}' } as const;
    const answer = await append({ event: roomEvent(chatId, '', { room }) });
    const { events } = await fixture.log.readRoom(chatId, undefined, 10);
    const frame = Buffer.from(events[0]!.frame).toString();
    expect(await entries()).toEqual([['chat', chatId, 'frame', frame]]);
    expect(JSON.parse(frame)).toMatchObject({
      position: (answer as { position: string }).position,
      chat_id: chatId,
      data: JSON.parse(data),
    });
  });

  test('hands on in the order of the log, the chats of a partition in one', async () => {
    for (const text of ['1', '2', '3']) await append({ event: roomEvent(chatId, text) });
    const { events } = await fixture.log.readRoom(chatId, undefined, 10);
    const frames = events.map(({ frame }) => Buffer.from(frame).toString());
    expect((await entries()).map(([, , , frame]) => frame)).toEqual(frames);
  });

  test('hands on the kinds that were chosen, and nothing that is of none', async () => {
    await append({ outbox: 'receipts' });
    await append({ outbox: 'updates' });
    await fixture.log.append({ event: roomEvent(chatId, 'no kind'), deadlineMs: 2_000 });
    expect(await entries()).toHaveLength(1);
    expect(await inLog()).toBe(3);
  });

  test('hands on what only clients read, and nothing that nobody in the room reads', async () => {
    const clients = { audience: 'clients', data: '{"message":{}}' } as const;
    await append({ event: roomEvent(chatId, '', { room: clients }) });
    const { room: _room, ...unread } = roomEvent(chatId, '');
    await append({ event: { ...unread, feed: { to: 'all', data: '{"a":1}' } } });
    await append({ event: unread });
    expect(await entries()).toHaveLength(1);
  });

  test('that writes nothing hands on nothing', async () => {
    const message = { messageId: 'm', type: 'standard' } as const;
    const once = { kind: 'clientMessage', user: 'client:1', clientMessageId: 'c' } as const;
    await append({ message, once });
    expect(await append({ message })).toMatchObject({ kind: 'duplicate' });
    expect(await append({ once })).toMatchObject({ kind: 'duplicate' });
    const read = { reader: 'client:1', level: 'read', messageId: 'm', upTo: false } as const;
    await append({ receipt: read, outbox: 'receipts' });
    expect(await append({ receipt: read, outbox: 'receipts' })).toEqual({ kind: 'unchanged' });
    const closing = { chatId, remembered: {}, rest: '', closed: true };
    await append({ chat: closing, outbox: 'updates' });
    expect(await append({ refuseIfClosed: true })).toEqual({ kind: 'closed' });
    expect(await entries()).toHaveLength(2);
  });

  test('without an outbox hands on nothing', async () => {
    const without = await openLogFixture();
    const event = roomEvent(chatId, 'hi');
    await without.log.append({ event, outbox: 'messages', deadlineMs: 2_000 });
    const { redis, keys } = without;
    expect(await redis.exists(keys.outbox(keys.partitionOf(chatId)))).toBe(0);
    await without.close();
  });

  test('wakes who delivers when there was nothing, and does not when there was', async () => {
    const heard: string[] = [];
    const { following, redis } = fixture;
    await following.ssubscribe(outbox);
    following.on('smessageBuffer', (channel: Buffer, message: Buffer) => {
      if (channel.toString() === outbox) heard.push(message.toString());
    });
    await append();
    await append();
    await redis.del(outbox);
    await append();
    await append();
    await redis.spublish(outbox, 'the last one');
    await until(() => heard.includes('the last one'));
    expect(heard).toEqual(['', '', 'the last one']);
    await following.sunsubscribe(outbox);
  });
});

describe('a full outbox', () => {
  const everything = async () => {
    const names = (await fixture.redis.keys(`${fixture.keys.nodes().split('{')[0]}*`)).sort();
    return Promise.all(names.map(async (name) => [name, await fixture.redis.dump(name)]));
  };
  const fill = async () => {
    while ((await append()).kind === 'appended');
  };

  test('refuses, and nothing is written', async () => {
    await fill();
    expect(await entries()).toHaveLength(MAX_EVENTS);
    const before = await everything();
    const once = { kind: 'clientMessage', user: 'client:1', clientMessageId: 'c' } as const;
    const fulfils = { user: 'client:1', clientMessageId: 'd' } as const;
    const message = { messageId: 'm', type: 'standard' } as const;
    expect(await append({ once, fulfils, message })).toEqual({ kind: 'outboxFull' });
    expect(await everything()).toEqual(before);
  });

  test('takes again what was refused when there is room', async () => {
    await fill();
    const once = { kind: 'clientMessage', user: 'client:1', clientMessageId: 'c' } as const;
    expect(await append({ once })).toEqual({ kind: 'outboxFull' });
    const [[oldest] = ['']] = await fixture.redis.xrange(outbox, '-', '+', 'COUNT', 1);
    await fixture.redis.xdel(outbox, oldest);
    expect(await append({ once })).toMatchObject({ kind: 'appended' });
  });

  test('refuses nothing that is not for the backend, and no duplicate', async () => {
    const once = { kind: 'clientMessage', user: 'client:1', clientMessageId: 'c' } as const;
    await append({ once });
    await fill();
    expect(await append({ once })).toMatchObject({ kind: 'duplicate' });
    expect(await append({ outbox: 'updates' })).toMatchObject({ kind: 'appended' });
  });

  test('is full of what waits in parked chats, too', async () => {
    await fixture.redis.hset(state, 'parkedEvents', MAX_EVENTS - 1);
    expect(await append()).toMatchObject({ kind: 'appended' });
    expect(await append()).toEqual({ kind: 'outboxFull' });
  });

  test('is one whose oldest event is too old', async () => {
    const old = `${Date.now() - limits.maxAgeMs - 60_000}-1`;
    const young = `${Date.now() - limits.maxAgeMs + 60_000}-1`;
    await fixture.redis.xadd(outbox, old, 'chat', 'x', 'frame', '{}');
    expect(await append()).toEqual({ kind: 'outboxFull' });
    await fixture.redis.xadd(outbox, young, 'chat', 'x', 'frame', '{}');
    await fixture.redis.xdel(outbox, old);
    expect(await append()).toMatchObject({ kind: 'appended' });
  });
});

const hostile = fc
  .oneof(
    fc.string({ unit: fc.constantFrom(':', '{', '}', '%', '-', ' ', '~', '"', '\0', 'é', '\n') }),
    fc.string({ unit: 'binary' }).filter((text) => text.isWellFormed()),
    fc.constantFrom('-', '%2D', '{0}', 'frame'),
  )
  .filter((text) => text !== '');

property.prop([hostile, hostile], { numRuns: 100 })(
  'a chat and its frame are handed on whole, whatever they are made of',
  async (id, text) => {
    const name = fixture.keys.outbox(fixture.keys.partitionOf(id));
    await fixture.redis.del(name);
    const event: RoutedEvent = roomEvent(id, text);
    await fixture.log.append({ event, outbox: 'messages', deadlineMs: 2_000 });
    const listed = await fixture.redis.xrange(name, '-', '+');
    expect(listed).toHaveLength(1);
    const [, chat = '', , frame = ''] = listed[0]![1];
    expect(decodeId(chat)).toBe(id);
    expect(chat).not.toBe('-');
    expect(JSON.parse(frame)).toMatchObject({ chat_id: id, data: { message: { text } } });
  },
);
