import { afterEach, describe, expect, test, vi } from 'vitest';
import { type LogFixture, openLogFixture, record, roomEvent, until } from './log.fixture.ts';

let fixture: LogFixture;
afterEach(async () => {
  await fixture.close();
});

const chat = () => `chat-${crypto.randomUUID()}`;

describe('a follow in a quiet room', () => {
  test('is mended by the quiet check when its subscription died without a sign', async () => {
    fixture = await openLogFixture({ limits: { quietMs: 50 } });
    const chatId = chat();
    const listener = record();
    const follow = fixture.log.followRoom(chatId, listener);
    await follow.ready;
    await fixture.following.sunsubscribe(fixture.keys.room(chatId));
    await fixture.log.append({ event: roomEvent(chatId, 'unseen'), deadlineMs: 5_000 });
    expect(listener.seen).toEqual([]);
    await until(() => listener.seen.length === 1, 'the repair');
    expect(listener.seen).toEqual(['unseen']);
    expect(fixture.counters.renewed).toBe(1);
    await vi.waitFor(async () => {
      const [, receivers] = (await fixture.redis.call(
        'PUBSUB',
        'SHARDNUMSUB',
        fixture.keys.room(chatId),
      )) as [string, number];
      expect(receivers).toBe(1);
    });
    await fixture.log.append({ event: roomEvent(chatId, 'live again'), deadlineMs: 1_000 });
    await until(() => listener.seen.length === 2);
  });

  test('is compared with the log after a reconnect, and follows again', async () => {
    fixture = await openLogFixture();
    const chatId = chat();
    const listener = record();
    await fixture.log.followRoom(chatId, listener).ready;
    fixture.following.disconnect(true);
    await fixture.log.append({ event: roomEvent(chatId, 'while away'), deadlineMs: 1_000 });
    await until(() => listener.seen.length === 1, 'the repair');
    await fixture.log.append({ event: roomEvent(chatId, 'back'), deadlineMs: 1_000 });
    await until(() => listener.seen.length === 2, 'the live copy');
    expect(listener.seen).toEqual(['while away', 'back']);
  });
});

describe('a follow', () => {
  test('that is closed is unsubscribed, and can be opened again at once', async () => {
    fixture = await openLogFixture();
    const chatId = chat();
    const [first, second] = [record(), record()];
    const follow = fixture.log.followRoom(chatId, first);
    await follow.ready;
    follow.close();
    await fixture.log.followRoom(chatId, second).ready;
    await fixture.log.append({ event: roomEvent(chatId, 'x'), deadlineMs: 1_000 });
    await until(() => second.seen.length === 1);
    expect(first.seen).toEqual([]);
    expect(fixture.keeper.size).toBe(1);
  });

  test('counts what is no envelope and goes on', async () => {
    fixture = await openLogFixture();
    const chatId = chat();
    const listener = record();
    await fixture.log.followRoom(chatId, listener).ready;
    await fixture.redis.spublish(fixture.keys.room(chatId), 'rubbish');
    await fixture.log.append({ event: roomEvent(chatId, 'x'), deadlineMs: 1_000 });
    await until(() => listener.seen.length === 1);
    expect(fixture.counters.malformed).toBe(1);
  });
});

describe('what is stored and is not ours', () => {
  const tampered = async (limits = {}) => {
    fixture = await openLogFixture({ limits });
    const chatId = chat();
    const listener = record();
    await fixture.log.followRoom(chatId, listener).ready;
    return { chatId, listener };
  };

  test('a key of another type under a log is asked again until it is gone', async () => {
    const { chatId, listener } = await tampered({ quietMs: 50 });
    await fixture.redis.set(fixture.keys.log(chatId), 'no stream');
    await fixture.redis.hset(fixture.keys.state(chatId), 'position', '1-1.aaaaaa');
    await until(() => fixture.counters.malformed > 1, 'reads that fail');
    await fixture.redis.del(fixture.keys.log(chatId), fixture.keys.state(chatId));
    await fixture.log.append({ event: roomEvent(chatId, 'x'), deadlineMs: 1_000 });
    await until(() => listener.seen.length === 1, 'what was said afterwards');
    expect(listener.seen).toEqual(['x']);
  });

  test('a key of another type under the state of one room hides no other room', async () => {
    const { chatId, listener } = await tampered({ quietMs: 50 });
    const other = Array.from({ length: 500 }, chat).find(
      (id) => fixture.keys.partitionOf(id) === fixture.keys.partitionOf(chatId),
    )!;
    await fixture.log.followRoom(other, record()).ready;
    await fixture.redis.set(fixture.keys.state(other), 'no hash');
    await fixture.following.sunsubscribe(fixture.keys.room(chatId));
    await fixture.log.append({ event: roomEvent(chatId, 'unseen'), deadlineMs: 5_000 });
    await until(() => listener.seen.length === 1, 'the repair');
    expect(listener.seen).toEqual(['unseen']);
  });

  test('a newest position that is none is a lost position', async () => {
    const { chatId, listener } = await tampered({ quietMs: 50 });
    await fixture.log.append({ event: roomEvent(chatId, 'x'), deadlineMs: 1_000 });
    await until(() => listener.seen.length === 1);
    await fixture.redis.hset(fixture.keys.state(chatId), 'position', 'rubbish');
    await until(() => fixture.counters.lost > 0, 'the loss');
    expect(listener.seen).toContain('LOST');
  });
});
