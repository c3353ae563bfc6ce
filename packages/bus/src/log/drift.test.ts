import { expect, test } from 'vitest';
import { openLogFixture, record, roomEvent, until } from './log.fixture.ts';

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
  dropped = 1;
  for (const text of ['a', 'b']) await add(text);
  await until(() => listener.seen.length === 2, 'the first copies');
  await redis.del(keys.log(chatId), keys.state(chatId));
  await add('c');
  await until(() => listener.seen.length === 3, 'the loss');
  dropped = 1;
  for (const text of ['d', 'e']) await add(text);
  await until(() => listener.seen.length === 5, 'the first copies after a loss');
  expect(listener.seen).toEqual(['a', 'b', 'LOST', 'd', 'e']);
  await fixture.close();
});
