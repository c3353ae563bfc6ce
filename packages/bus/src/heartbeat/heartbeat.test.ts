import type { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { openCommandConnection, openFollowConnection } from '../redis/connection.ts';
import { type Keys, createKeys } from '../redis/keys.ts';
import { type Subscriber, createSubscriber } from '../redis/subscriber.ts';
import { type Heartbeat, createHeartbeat } from './heartbeat.ts';

let redis: Redis;
let following: Redis;
let keys: Keys;
const running: Heartbeat[] = [];
const warnings: string[] = [];
const reconnects: string[] = [];

beforeAll(async () => {
  const connection = {
    url: process.env['REDIS_URL'] ?? '',
    name: 'test',
    onWarning: () => undefined,
  };
  redis = openCommandConnection(connection);
  following = openFollowConnection(connection);
  await Promise.all([redis.connect(), following.connect()]);
  keys = createKeys(`t${crypto.randomUUID()}:`, 4);
});
afterEach(async () => {
  for (const heartbeat of running.splice(0)) await heartbeat.close();
  warnings.length = 0;
  reconnects.length = 0;
});
afterAll(() => Promise.all([redis.quit(), following.quit()]));

interface Clock {
  skippedMs: number;
}

function start(
  processId: string,
  more: {
    subscriber?: Pick<Subscriber, 'subscribe' | 'renew' | 'reconnect'>;
    clock?: Clock;
    aheadMs?: number;
    redis?: Redis;
    intervalMs?: number;
  } = {},
) {
  const heartbeat = createHeartbeat({
    redis: more.redis ?? redis,
    subscriber: more.subscriber ?? createSubscriber(following, () => undefined),
    channel: keys.heartbeat(processId),
    reconnect: () => void reconnects.push('commands'),
    intervalMs: more.intervalMs ?? 30,
    now: () => Date.now() - (more.aheadMs ?? 0),
    monotonicMs: () => performance.now() + (more.clock?.skippedMs ?? 0),
    onWarning: (message) => void warnings.push(message),
  });
  running.push(heartbeat);
  return heartbeat;
}

async function until(what: string, holds: () => boolean): Promise<void> {
  const endMs = Date.now() + 5_000;
  while (!holds()) {
    if (Date.now() > endMs) throw new Error(`${what} did not come true within 5 s`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

test('it is ready when a write and its copy have come back, and knows the offset of the clocks', async () => {
  const heartbeat = start('ready', { aheadMs: 300_000 });
  expect(heartbeat.health().ready).toBe(false);
  await until('ready', () => heartbeat.health().ready);
  const { clockOffsetMs, heartbeatMs, reasons } = heartbeat.health();
  expect(reasons).toEqual([]);
  expect(Math.abs(clockOffsetMs - 300_000)).toBeLessThan(500);
  expect(heartbeatMs).toBeGreaterThanOrEqual(0);
});

test('the first beat, which may have been slow, is followed by another at once', async () => {
  start('twice', { intervalMs: 60_000 });
  await expect.poll(() => redis.get(keys.heartbeat('twice')), { timeout: 5_000 }).toBe('2');
});

test('its key ends by itself, so that a dead process leaves nothing', async () => {
  const heartbeat = start('expiring');
  await until('ready', () => heartbeat.health().ready);
  const leftMs = await redis.pttl(keys.heartbeat('expiring'));
  expect(leftMs).toBeGreaterThan(0);
  expect(leftMs).toBeLessThanOrEqual(10_000);
});

test('a dead subscription turns it red, and Redis is told again what is followed', async () => {
  const clock = { skippedMs: 0 };
  const real = createSubscriber(following, () => undefined);
  let dead = false;
  const renewed: string[] = [];
  const subscriber: Pick<Subscriber, 'subscribe' | 'renew' | 'reconnect'> = {
    subscribe: (channel, handler) => real.subscribe(channel, (message) => dead || handler(message)),
    renew(channel) {
      renewed.push(channel);
      dead = false;
    },
    reconnect: (channel) => real.reconnect(channel),
  };
  const heartbeat = start('silent', { clock, subscriber });
  await until('ready', () => heartbeat.health().ready);
  dead = true;
  clock.skippedMs += 4_000;
  expect(heartbeat.health().ready).toBe(false);
  await until('renewed', () => renewed.length > 0);
  expect(renewed).toEqual([keys.heartbeat('silent')]);
  await until('ready again', () => heartbeat.health().ready);
  expect(warnings.length).toBe(1);
});

test('a write that Redis refuses turns it red and says why', async () => {
  const clock = { skippedMs: 0 };
  const refusing = new Proxy(redis, {
    get(target, name) {
      if (name === 'heartbeat' && clock.skippedMs > 0)
        return () => Promise.reject(new Error('OOM command not allowed'));
      const value = Reflect.get(target, name);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  const heartbeat = start('refused', { clock, redis: refusing });
  await until('ready', () => heartbeat.health().ready);
  clock.skippedMs = 4_000;
  await until('the reason', () =>
    heartbeat.health().reasons.some((reason) => reason.includes('OOM')),
  );
  expect(heartbeat.health().ready).toBe(false);
  clock.skippedMs += 4_000;
  await until('the connection is given up', () => reconnects.length > 0);
});

test('a dead connection for following is given up when subscribing again does not help', async () => {
  const clock = { skippedMs: 0 };
  const tried: string[] = [];
  const subscriber: Pick<Subscriber, 'subscribe' | 'renew' | 'reconnect'> = {
    subscribe: () => ({ ready: Promise.resolve(), close: () => undefined }),
    renew: () => void tried.push('renew'),
    reconnect: () => void tried.push('reconnect'),
  };
  start('deaf', { clock, subscriber });
  for (const step of ['renew', 'reconnect', 'renew']) {
    clock.skippedMs += 4_000;
    await until(step, () => tried.at(-1) === step);
  }
  expect(tried).toEqual(['renew', 'reconnect', 'renew']);
});

test('after close it beats no more', async () => {
  const heartbeat = start('closed');
  await until('ready', () => heartbeat.health().ready);
  await heartbeat.close();
  await redis.unlink(keys.heartbeat('closed'));
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(await redis.exists(keys.heartbeat('closed'))).toBe(0);
});
