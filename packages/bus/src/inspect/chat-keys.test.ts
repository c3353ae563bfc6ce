import { Redis } from 'ioredis';
import { afterAll, expect, test } from 'vitest';
import { createKeys } from '../redis/keys.ts';
import { readChatKeys } from './chat-keys.ts';

const redis = new Redis(process.env['REDIS_URL'] ?? '');
const keys = createKeys(`t${crypto.randomUUID()}:`, 16);
afterAll(() => redis.quit());

test('the keys of a chat are told with what is in them, and how to look', async () => {
  const chatId = "it's:mine";
  await redis.hset(keys.members(chatId), { 'client:1': 'a', 'json:client:1': '{}' });
  await redis.zadd(keys.outboxParkedEvents(chatId), 0, '1 {}', 0, '2 {}', 0, '3 {}');
  await redis.set(keys.once(chatId, 'c', ['x']), '~token');
  const found = await readChatKeys(redis, keys, chatId);
  const counts = Object.fromEntries(found.map(({ key, count }) => [key, count]));
  expect(counts).toMatchObject({
    [keys.log(chatId)]: 0,
    [keys.members(chatId)]: 2,
    [keys.room(chatId)]: 0,
    [keys.outboxParkedEvents(chatId)]: 3,
  });
  const parked = found.find(({ key }) => key === keys.outboxParkedEvents(chatId));
  expect(parked).toMatchObject({ type: 'zset', expiresInMs: -1 });
  expect(parked?.read).toContain(String.raw`outbox-parked:it'\''s%3Amine`);
});
