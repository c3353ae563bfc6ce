import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type HeldOutbox, OutboxLeaseLost } from '../contract.ts';
import { DEAD_LETTERS_MAX } from './dead-letters.lua.ts';
import {
  framesOf,
  openOutboxFixture,
  type OutboxFixture,
  read,
  setback,
  upTo,
} from './outbox.fixture.ts';

let fixture: OutboxFixture;
beforeAll(async () => void (fixture = await openOutboxFixture()));
afterAll(() => fixture.close());

/** Two chats of one partition, which no other test uses. */
let chat: string;
let other: string;
let held: HeldOutbox;
beforeEach(async () => {
  await fixture.clear();
  const ids = Array.from({ length: 40 }, () => crypto.randomUUID());
  chat = `a:{${ids.pop()}} %`;
  const partition = fixture.keys.partitionOf(chat);
  other = ids.find((id) => fixture.keys.partitionOf(id) === partition) as string;
  held = await fixture.hold(chat);
});

const writeAll = async (chatId: string, ...frames: string[]) => {
  for (const frame of frames) await fixture.write(chatId, frame);
};
const stateOf = async ({ partition }: HeldOutbox) => (await fixture.outbox.states())[partition]!;

describe('what waits', () => {
  test('is read oldest first until it is acknowledged', async () => {
    await writeAll(chat, 'a1', 'a2');
    await writeAll(other, 'b1');
    await writeAll(chat, 'a3');
    const events = await read(held, 3);
    expect(events).toEqual([
      {
        id: expect.any(String),
        atMs: expect.any(Number),
        chatId: chat,
        frame: 'a1',
        isBehindParked: false,
      },
      {
        id: expect.any(String),
        atMs: expect.any(Number),
        chatId: chat,
        frame: 'a2',
        isBehindParked: false,
      },
      {
        id: expect.any(String),
        atMs: expect.any(Number),
        chatId: other,
        frame: 'b1',
        isBehindParked: false,
      },
    ]);
    expect(Math.abs(events[0]!.atMs - Date.now())).toBeLessThan(60_000);
    await held.acknowledge([events[0]!, events[2]!]);
    expect(framesOf(await read(held, 10))).toEqual(['a2', 'a3']);
    await held.acknowledge([]);
    expect(await stateOf(held)).toMatchObject({ holder: 'one', waiting: 2, parkedEvents: 0 });
  });

  test('is read up to so many events, or bytes, and one at least', async () => {
    const frames = Array.from({ length: 25 }, (_, index) => `${index}`.padStart(10, '.'));
    await writeAll(chat, ...frames);
    const counts = async (maxEvents: number, maxBytes: number) => {
      const { events, isMore } = await held.read({ maxEvents, maxBytes });
      expect(framesOf(events)).toEqual(frames.slice(0, events.length));
      return [events.length, isMore];
    };
    expect(await counts(20, 1_000)).toEqual([20, true]);
    expect(await counts(24, 1_000)).toEqual([24, true]);
    expect(await counts(25, 1_000)).toEqual([25, false]);
    expect(await counts(100, 1_000)).toEqual([25, false]);
    expect(await counts(100, 125)).toEqual([12, true]);
    expect(await counts(100, 1)).toEqual([1, true]);
    await held.park(await read(held, 100), setback());
    const parked = async (maxEvents: number, maxBytes: number) => {
      const events = await held.readParked(chat, { maxEvents, maxBytes });
      expect(framesOf(events)).toEqual(frames.slice(0, events.length));
      return events.length;
    };
    expect(await parked(20, 10_000)).toBe(20);
    expect(await parked(100, 10_000)).toBe(25);
    expect(await parked(100, 1)).toBe(1);
    expect(await counts(100, 1_000)).toEqual([0, false]);
  });

  test('has a place of its own for what belongs to no chat', async () => {
    const desk = (await fixture.outbox.acquire(0, 'one', 60_000))!;
    await fixture.write(undefined, 'operator');
    const [event] = await read(desk, 1);
    expect(event).not.toHaveProperty('chatId');
    await desk.park([event!], setback());
    expect((await desk.due(10)).chats).toMatchObject([{ attempts: 1 }]);
    expect(await desk.readParked(undefined, upTo(10))).toEqual([
      { id: event!.id, atMs: event!.atMs, frame: 'operator' },
    ]);
    await desk.acknowledgeParked(undefined, [event!]);
    expect(await desk.due(10)).toEqual({ chats: [] });
  });

  test('calls whoever waits for it', async () => {
    const called = Promise.withResolvers<void>();
    const end = fixture.outbox.onWork(held.partition, called.resolve);
    const key = fixture.keys.outbox(held.partition);
    await expect
      .poll(async () => {
        const [, subscribers] = (await fixture.redis.call(
          'PUBSUB',
          'SHARDNUMSUB',
          key,
        )) as number[];
        return subscribers;
      })
      .toBe(1);
    await fixture.write(chat, 'a1');
    await called.promise;
    end();
  });
});

describe('a parked chat', () => {
  test('keeps its order: later events go behind those that wait', async () => {
    await writeAll(chat, 'a1', 'a2');
    await writeAll(other, 'b1');
    const [a1, a2, b1] = await read(held, 10);
    await held.park([a1!, a2!], setback(1, 60_000));
    await held.acknowledge([b1!]);
    await writeAll(chat, 'a3');
    const [a3] = await read(held, 10);
    expect(a3).toMatchObject({ frame: 'a3', isBehindParked: true });
    await held.park([a3!], setback(7));
    expect(await read(held, 10)).toEqual([]);
    expect(framesOf(await held.readParked(chat, upTo(10)))).toEqual(['a1', 'a2', 'a3']);
    expect(framesOf(await held.readParked(chat, upTo(2)))).toEqual(['a1', 'a2']);
    expect(await stateOf(held)).toMatchObject({
      waiting: 0,
      lagMs: 0,
      parkedChats: 1,
      parkedEvents: 3,
      parked: [
        { chatId: chat, attempts: 1, failure: { reason: 'the backend said no', status: 503 } },
      ],
    });
  });

  test('is due when its time has come', async () => {
    await writeAll(chat, 'a1');
    await writeAll(other, 'b1');
    const [a1, b1] = await read(held, 10);
    await held.park([a1!], setback(1, 60_000));
    const later = await held.due(10);
    expect(later).toMatchObject({ chats: [] });
    expect(later.nextInMs).toBeGreaterThan(50_000);
    await held.park([b1!], setback(2, 0));
    expect(await held.due(10)).toMatchObject({ chats: [{ chatId: other, attempts: 2 }] });
    await held.postpone(other, setback(3, 60_000));
    expect((await held.due(10)).chats).toEqual([]);
  });

  test('that is tried in vain keeps since when, and one that gets on begins anew', async () => {
    await writeAll(chat, 'a1', 'a2');
    const events = await read(held, 10);
    await held.park(events, setback(1));
    const parked = async () => (await stateOf(held)).parked[0];
    const { sinceMs } = (await parked())!;
    await new Promise((resolve) => setTimeout(resolve, 5));
    await held.postpone(chat, { ...setback(2), failure: { reason: 'network\nis gone' } });
    expect(await parked()).toMatchObject({
      attempts: 2,
      sinceMs,
      failure: { reason: 'network\nis gone' },
    });
    await held.acknowledgeParked(chat, [events[0]!]);
    const onItsWay = (await parked())!;
    expect(onItsWay.attempts).toBe(0);
    expect(onItsWay.sinceMs).toBeGreaterThan(sinceMs);
    await held.acknowledgeParked(chat, [events[1]!]);
    expect(await stateOf(held)).toMatchObject({ parkedChats: 0, parkedEvents: 0, parked: [] });
    await held.postpone(chat, setback());
    expect(await held.due(10)).toEqual({ chats: [] });
  });

  test('is none without events', async () => {
    await writeAll(chat, 'a1');
    const events = await read(held, 10);
    await held.acknowledge(events);
    await held.park(events, setback());
    expect(await held.due(10)).toEqual({ chats: [] });
  });
});

describe('dead letters', () => {
  const rites = { failure: { reason: 'no such chat', status: 422 }, attempts: 3 };

  test('tell what was refused and why, and are found again', async () => {
    await writeAll(chat, 'a1', 'a2');
    const [a1, a2] = await read(held, 10);
    await held.bury(a1!, { ...rites, firstMs: 1_000 });
    await held.park([a2!], setback());
    await held.bury(a2!, rites);
    await held.bury(a2!, rites);
    expect(await stateOf(held)).toMatchObject({ waiting: 0, parkedChats: 0, deadLetters: 2 });
    const { letters, next } = await fixture.outbox.deadLetters({ chatId: chat, limit: 10 });
    expect(next).toBeUndefined();
    expect(letters).toMatchObject([
      { chatId: chat, frame: 'a1', ...rites, firstMs: 1_000, partition: held.partition },
      { chatId: chat, frame: 'a2', ...rites },
    ]);
    expect(letters[1]!.lastMs).toBe(letters[1]!.firstMs);
    expect(await fixture.outbox.discard([letters[0]!.id, letters[0]!.id, '9999-1-1', 'x'])).toBe(1);
    expect((await stateOf(held)).deadLetters).toBe(1);
  });

  test('are listed in pages over all partitions', async () => {
    const chats = Array.from({ length: 12 }, () => crypto.randomUUID());
    for (const chatId of chats) {
      await fixture.write(chatId, chatId);
      const holder = await fixture.hold(chatId);
      for (const event of await read(holder, 10)) await holder.bury(event, rites);
    }
    const seen: string[] = [];
    for (let after: string | undefined; ;) {
      const page = await fixture.outbox.deadLetters({ limit: 5, ...(after && { after }) });
      expect(page.letters.length).toBeLessThanOrEqual(5);
      seen.push(...framesOf(page.letters));
      if (page.next === undefined) break;
      after = page.next;
    }
    expect(seen.toSorted()).toEqual(chats.toSorted());
    expect(await fixture.outbox.replay('all')).toBe(12);
    expect(await fixture.outbox.deadLetters({ limit: 5 })).toEqual({ letters: [] });
  });

  test('take their old place among what waits when they are replayed', async () => {
    await writeAll(chat, 'a1', 'a2', 'a3');
    await writeAll(other, 'b1');
    const [a1, a2, a3, b1] = await read(held, 10);
    await held.bury(a2!, rites);
    await held.bury(b1!, rites);
    await held.park([a1!, a3!], setback(4, 60_000));
    expect(await fixture.outbox.replay({ chatId: chat })).toBe(1);
    expect(framesOf(await held.readParked(chat, upTo(10)))).toEqual(['a1', 'a2', 'a3']);
    expect((await held.due(10)).chats).toMatchObject([{ chatId: chat, attempts: 4 }]);
    const { letters } = await fixture.outbox.deadLetters({ limit: 10 });
    expect(framesOf(letters)).toEqual(['b1']);
    expect(await fixture.outbox.replay({ ids: [letters[0]!.id, letters[0]!.id, '1-2-3'] })).toBe(1);
    const due = (await held.due(10)).chats.map(({ chatId }) => chatId);
    expect(new Set(due)).toEqual(new Set([chat, other]));
    expect((await stateOf(held)).parkedEvents).toBe(4);
  });

  test('are never too many: what would be one more stays where it is', async () => {
    const filling = fixture.redis.pipeline();
    for (let i = 0; i < DEAD_LETTERS_MAX; i += 1)
      filling.xadd(
        fixture.keys.outboxDead(held.partition),
        '*',
        'chat',
        '-',
        'event',
        '0-0',
        'frame',
        '',
      );
    await filling.exec();
    await writeAll(chat, 'a1');
    const [a1] = await read(held, 10);
    expect(await held.bury(a1!, rites)).toBe('full');
    expect(framesOf(await read(held, 10))).toEqual(['a1']);
  });
});

describe('the lease', () => {
  test('is one worker’s until it ends or is given back', async () => {
    expect(await fixture.outbox.acquire(held.partition, 'two', 60_000)).toBeUndefined();
    await held.release();
    const second = (await fixture.outbox.acquire(held.partition, 'two', 30))!;
    await new Promise((resolve) => setTimeout(resolve, 40));
    // It has ended, and nobody else took it: what the holder does still counts.
    await second.renew(30);
    await new Promise((resolve) => setTimeout(resolve, 40));
    expect((await stateOf(held)).holder).toBeUndefined();
    expect(await fixture.outbox.acquire(held.partition, 'three', 60_000)).toBeDefined();
    expect((await stateOf(held)).holder).toBe('three');
  });

  test('lost to another leaves a worker nothing that it could do', async () => {
    await writeAll(chat, 'a1', 'a2', 'a3');
    const events = await read(held, 10);
    await held.park([events[2]!], setback());
    await held.release();
    const next = (await fixture.outbox.acquire(held.partition, 'two', 60_000))!;
    const before = await fixture.everything();
    const calls: (() => Promise<unknown>)[] = [
      () => read(held, 1),
      () => held.acknowledge(events),
      () => held.park(events, setback()),
      () => held.due(1),
      () => held.readParked(chat, upTo(1)),
      () => held.acknowledgeParked(chat, events),
      () => held.postpone(chat, setback(9)),
      () => held.bury(events[0]!, { failure: { reason: 'x' }, attempts: 1 }),
      () => held.renew(1_000),
      () => held.release(),
    ];
    for (const call of calls) await expect(call()).rejects.toBeInstanceOf(OutboxLeaseLost);
    expect(await fixture.everything()).toEqual(before);
    expect(framesOf(await read(next, 10))).toEqual(['a1', 'a2']);
  });

  test('of a Redis that has forgotten it is lost', async () => {
    await fixture.redis.del(fixture.keys.outboxState(held.partition));
    await expect(read(held, 1)).rejects.toBeInstanceOf(OutboxLeaseLost);
  });

  test('is shared by those who live', async () => {
    const { outbox } = fixture;
    expect(await outbox.enroll('one', 300)).toBe(1);
    expect(await outbox.enroll('two', 300)).toBe(2);
    await new Promise((resolve) => setTimeout(resolve, 310));
    expect(await outbox.enroll('two', 300)).toBe(1);
    await outbox.leave('two');
    expect(await outbox.enroll('three', 300)).toBe(1);
  });
});
