import { expect, test } from 'vitest';
import { openLogFixture, record, roomEvent } from './log.fixture.ts';

const patience = { timeout: 8_000, interval: 20 };

test('a follow that has just begun, or lost its position, soon finds out that its first copies were lost', async () => {
  let dropped = 0;
  const fixture = await openLogFixture({
    tamper: (message, pass) => (dropped-- > 0 ? undefined : pass(message)),
  });
  const { log, redis, keys } = fixture;
  const chatId = `chat-${crypto.randomUUID()}`;
  const listener = record();
  await log.followRoom(chatId, listener).ready;
  const add = (text: string) => log.append({ event: roomEvent(chatId, text), deadlineMs: 1_000 });
  const seen = (count: number) => expect.poll(() => listener.seen.length, patience).toBe(count);
  dropped = 1;
  for (const text of ['a', 'b']) await add(text);
  await seen(2);
  await redis.del(keys.log(chatId), keys.state(chatId));
  await add('c');
  await seen(3);
  dropped = 1;
  for (const text of ['d', 'e']) await add(text);
  await seen(5);
  expect(listener.seen).toEqual(['a', 'b', 'LOST', 'd', 'e']);
  await fixture.close();
});

test('a copy that is late and not lost is waited for by the quiet check', async () => {
  const fixture = await openLogFixture({
    limits: { quietMs: 20 },
    tamper: (message, pass) => void setTimeout(() => pass(message), 150),
  });
  const { log, counters } = fixture;
  const chatId = `chat-${crypto.randomUUID()}`;
  const listener = record();
  await log.followRoom(chatId, listener).ready;
  // Long enough for the room to be quiet, and afterwards for what the check found to be mended.
  for (const waitMs of [100, 900]) {
    await new Promise((resolve) => setTimeout(resolve, waitMs));
    await log.append({ event: roomEvent(chatId, `after ${waitMs}`), deadlineMs: 1_000 });
  }
  await expect.poll(() => listener.seen.length, patience).toBe(2);
  expect(counters).toMatchObject({ renewed: 0, reads: 0, repaired: 0 });
  await fixture.close();
});
