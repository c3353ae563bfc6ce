/** Over a real Redis: what is published while a connection is held comes afterwards, whole and in order. */
import { Redis } from 'ioredis';
import { afterAll, expect, test } from 'vitest';
import { createReadHold } from './read-hold.ts';

const publisher = new Redis(process.env['REDIS_URL'] ?? '');
const follower = new Redis(process.env['REDIS_URL'] ?? '');
afterAll(() => Promise.all([publisher.quit(), follower.quit()]));

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

test('what is published while nothing is read comes afterwards, in its order', async () => {
  const channel = `hold-${crypto.randomUUID()}`;
  const heard: { text: string; atMs: number }[] = [];
  await follower.ssubscribe(channel);
  follower.on('smessage', (_channel: string, text: string) =>
    heard.push({ text, atMs: performance.now() }),
  );
  const hold = createReadHold(follower);
  const fromMs = performance.now();
  hold(300);
  // Held already: the first one counts.
  hold(60_000);
  for (const text of ['a', 'b', 'c']) await publisher.spublish(channel, text);
  await pause(50);
  expect(heard).toEqual([]);
  while (heard.length < 3) await pause(10);
  expect(heard.map(({ text }) => text)).toEqual(['a', 'b', 'c']);
  expect(heard[0]!.atMs - fromMs).toBeGreaterThanOrEqual(290);
  await publisher.spublish(channel, 'd');
  while (heard.length < 4) await pause(10);
});

test('a connection that breaks while it is held is read again when it is back', async () => {
  const channel = `hold-${crypto.randomUUID()}`;
  const broken = new Redis(process.env['REDIS_URL'] ?? '', { retryStrategy: () => 1 });
  const heard: string[] = [];
  await broken.ssubscribe(channel);
  broken.on('smessage', (_channel: string, text: string) => heard.push(text));
  const isBack = new Promise((resolve) =>
    broken.once('close', () => broken.once('ready', resolve)),
  );
  createReadHold(broken)(100);
  broken.disconnect(true);
  await isBack;
  while (heard.length === 0) {
    await publisher.spublish(channel, 'heard');
    await pause(20);
  }
  expect(heard).toContain('heard');
  await broken.quit();
});
