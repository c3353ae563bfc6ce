import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { BusEvent, Replay } from '../contract.ts';
import {
  type LogFixture,
  openLogFixture,
  record,
  roomEvent,
  textOf,
  until,
} from './log.fixture.ts';

let fixture: LogFixture;
beforeAll(async () => {
  fixture = await openLogFixture({ limits: { readMaxEvents: 7 } });
});
afterAll(() => fixture.close());

const chat = () => `chat-${crypto.randomUUID()}`;
const numbers = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, i) => String(from + i));

async function add(chatId: string, text: string): Promise<string> {
  const outcome = await fixture.log.append({ event: roomEvent(chatId, text), deadlineMs: 2_000 });
  if (outcome.kind !== 'appended') throw new Error(outcome.kind);
  return outcome.position;
}

/** A late-comer: what it was replayed, then what it got live. */
async function join(replay: Replay | undefined, live: () => void, pause?: () => Promise<void>) {
  const texts: string[] = [];
  const result = await replay?.run({
    deliver(event: BusEvent) {
      texts.push(textOf(event));
      return pause?.();
    },
    live,
  });
  return { texts, result };
}

describe('a late-comer', () => {
  test('gets what it missed, in order, over several pages', async () => {
    const chatId = chat();
    const since = await add(chatId, '0');
    for (const text of numbers(1, 20)) await add(chatId, text);
    const follow = fixture.log.followRoom(chatId, record());
    await follow.ready;
    const { texts, result } = await join(await follow.replayFrom(since), () => undefined);
    expect(result).toBe('live');
    expect(texts).toEqual(numbers(1, 20));
    follow.close();
  });

  test('joins during traffic without a gap and without a repeat', async () => {
    const chatId = chat();
    const since = await add(chatId, '0');
    for (const text of numbers(1, 15)) await add(chatId, text);
    const listener = record();
    const follow = fixture.log.followRoom(chatId, listener);
    await follow.ready;
    const traffic = (async () => {
      for (const text of numbers(16, 300)) await add(chatId, text);
    })();
    let liveFrom = -1;
    const { texts } = await join(
      await follow.replayFrom(since),
      () => (liveFrom = listener.seen.length),
      () => new Promise((resolve) => setImmediate(resolve)),
    );
    await traffic;
    await until(() => listener.seen.at(-1) === '300');
    expect([...texts, ...listener.seen.slice(liveFrom)]).toEqual(numbers(1, 300));
    follow.close();
  });

  test('that is ahead of the follow waits for it', async () => {
    const chatId = chat();
    let held: (() => void)[] | undefined = [];
    const slow = await openLogFixture({
      prefix: fixture.keys.log('x').split('{')[0]!,
      tamper: (message, pass) => (held ? void held.push(() => pass(message)) : pass(message)),
    });
    const listener = record();
    const follow = slow.log.followRoom(chatId, listener);
    await follow.ready;
    const since = await add(chatId, '1');
    await add(chatId, '2');
    let liveFrom = -1;
    const { texts } = await join(
      await follow.replayFrom(since),
      () => (liveFrom = listener.seen.length),
    );
    expect(texts).toEqual(['2']);
    expect(listener.seen).toEqual(['1', '2']);
    const late = held;
    held = undefined;
    for (const pass of late) pass();
    await add(chatId, '3');
    await until(() => listener.seen.length === 3);
    expect(listener.seen.slice(liveFrom)).toEqual(['3']);
    await slow.close();
  });

  test('is told when its position is not to be had', async () => {
    const chatId = chat();
    const position = await add(chatId, '1');
    const follow = fixture.log.followRoom(chatId, record());
    await follow.ready;
    const [id] = position.split('.');
    for (const since of [
      '',
      'x',
      '0-0.abcdefgh',
      `${id}.aaaaaaaa`,
      '99999999999999-0.abcdefgh',
      'a'.repeat(5_000),
    ]) {
      expect(await follow.replayFrom(since)).toBeUndefined();
    }
    expect(await follow.replayFrom('0')).toBeDefined();
    follow.close();
  });

  test('is told when the log is trimmed while it reads', async () => {
    const chatId = chat();
    const since = await add(chatId, '0');
    for (const text of numbers(1, 30)) await add(chatId, text);
    const follow = fixture.log.followRoom(chatId, record());
    await follow.ready;
    const replay = await follow.replayFrom(since);
    const { texts, result } = await join(
      replay,
      () => expect.unreachable('it has missed something'),
      async () => void (await fixture.redis.xtrim(fixture.keys.log(chatId), 'MAXLEN', 3)),
    );
    expect(result).toBe('lost');
    expect(texts).toEqual(numbers(1, 7));
    follow.close();
  });

  test('with the position of an expired log is complete while nothing was added', async () => {
    const chatId = chat();
    const position = await add(chatId, '1');
    await fixture.redis.del(fixture.keys.log(chatId));
    const follow = fixture.log.followRoom(chatId, record());
    await follow.ready;
    expect((await join(await follow.replayFrom(position), () => undefined)).result).toBe('live');
    expect(await follow.replayFrom('0')).toBeUndefined();
    follow.close();
  });

  test('gets the history from the N-th newest visible message on', async () => {
    const chatId = chat();
    for (const text of numbers(1, 30)) await add(chatId, text);
    const follow = fixture.log.followRoom(chatId, record());
    await follow.ready;
    const odd = (event: BusEvent) => Number(textOf(event)) % 2 === 1;
    const { texts } = await join(await follow.replayHistory(3, odd), () => undefined);
    expect(texts).toEqual(numbers(25, 30));
    const all = await join(await follow.replayHistory(100, odd), () => undefined);
    expect(all.texts).toEqual(numbers(1, 30));
    expect((await join(await follow.replayHistory(5, () => false), () => undefined)).texts).toEqual(
      [],
    );
    expect(await follow.messageTimes(4, odd)).toHaveLength(4);
    follow.close();
  });
});
