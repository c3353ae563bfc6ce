/** Over a real Redis that refuses subscriptions for a while. */
import { Redis } from 'ioredis';
import { afterAll, expect, test } from 'vitest';
import { createSubscriber } from './subscriber.ts';

const url = new URL(process.env['REDIS_URL'] ?? '');
const admin = new Redis(url.href);
const user = `follower-${crypto.randomUUID()}`;
afterAll(async () => {
  await admin.call('ACL', 'DELUSER', user);
  await admin.quit();
});

test('what was refused after a reconnect is asked again, and what was missed until then is told', async () => {
  await admin.call('ACL', 'SETUSER', user, 'on', '>secret', 'allchannels', '+@all');
  url.username = user;
  url.password = 'secret';
  const redis = new Redis(url.href, { autoResubscribe: false, retryStrategy: () => 20 });
  redis.on('error', () => undefined);
  const warnings: string[] = [];
  const subscriber = createSubscriber(redis, (message) => warnings.push(message));
  const channel = `refused-${crypto.randomUUID()}`;
  const subscribers = async () => {
    const [, count] = (await admin.call('PUBSUB', 'SHARDNUMSUB', channel)) as [string, number];
    return count;
  };
  await subscriber.subscribe(channel, () => undefined).ready;
  const toldWith: Promise<number>[] = [];
  subscriber.onReconnect(() => toldWith.push(subscribers()));

  await admin.call('ACL', 'SETUSER', user, '-ssubscribe');
  await admin.call('CLIENT', 'KILL', 'USER', user);
  await expect.poll(() => toldWith.length, { timeout: 10_000 }).toBe(1);
  expect(await toldWith[0]).toBe(0);
  expect(warnings).toContain('subscribe failed');

  await admin.call('ACL', 'SETUSER', user, '+ssubscribe');
  await expect.poll(() => toldWith.length, { timeout: 10_000 }).toBe(2);
  expect(await toldWith[1]).toBe(1);
  redis.disconnect();
});
