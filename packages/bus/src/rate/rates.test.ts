/** Two processes of a cluster that share a Redis: what one takes the other does not have. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BusUnavailable, type Bus } from '../contract.ts';
import { openBus } from '../open-bus.ts';

const open = (keyPrefix: string) =>
  openBus({
    redisUrl: process.env['REDIS_URL'] ?? '',
    keyPrefix,
    partitions: 4,
    clientName: 'test',
    onWarning: () => undefined,
  });

let one: Bus;
let other: Bus;
beforeAll(async () => {
  const keyPrefix = `t${crypto.randomUUID()}:`;
  [one, other] = await Promise.all([open(keyPrefix), open(keyPrefix)]);
});
afterAll(() => Promise.all([one.close(), other.close()]));

/** Slow enough that nothing comes back while the test runs. */
const rate = { perSecond: 0.01, burst: 5 };

describe('the rate of a service', () => {
  test('is shared, and says when there is one again', async () => {
    const taken = [];
    for (const bus of [one, other, one, other, one]) taken.push(await bus.rates.take('crm', rate));
    expect(taken).toEqual([0, 0, 0, 0, 0]);
    const waitMs = await other.rates.take('crm', rate);
    expect(waitMs).toBeGreaterThan(60_000);
    expect(waitMs).toBeLessThanOrEqual(100_000);
    expect(await one.rates.take('shop', rate)).toBe(0);
  });

  test('comes back with time, by the clock of Redis', async () => {
    const fast = { perSecond: 10, burst: 1 };
    expect(await one.rates.take('fast', fast)).toBe(0);
    const waitMs = await one.rates.take('fast', fast);
    expect(waitMs).toBeGreaterThan(0);
    expect(waitMs).toBeLessThanOrEqual(100);
    await new Promise((resolve) => setTimeout(resolve, waitMs + 5));
    expect(await one.rates.take('fast', fast)).toBe(0);
  });

  test('of many calls in one is owed by the next', async () => {
    expect(await one.rates.take('bulk', rate, 50)).toBe(0);
    expect(await one.rates.take('bulk', rate)).toBeGreaterThan(4_000_000);
  });

  test('is told as unavailable when Redis is away, and not waited for', async () => {
    const bus = await open(`t${crypto.randomUUID()}:`);
    await bus.close();
    await expect(bus.rates.take('crm', rate)).rejects.toBeInstanceOf(BusUnavailable);
  });
});
