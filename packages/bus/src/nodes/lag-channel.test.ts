/** One process is late and says so; another hears it. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Bus, LagWatch } from '../contract.ts';
import { openBus } from '../open-bus.ts';
import { stats } from './node-stats.fixture.ts';

let late: Bus;
let other: Bus;
let watch: LagWatch;
beforeAll(async () => {
  const keyPrefix = `t${crypto.randomUUID()}:`;
  const open = () =>
    openBus({
      redisUrl: process.env['REDIS_URL'] ?? '',
      keyPrefix,
      partitions: 4,
      clientName: 'test',
      onWarning: () => undefined,
    });
  [late, other] = await Promise.all([open(), open()]);
  watch = other.nodes.watchLag();
});
afterAll(async () => {
  watch.close();
  await Promise.all([late.close(), other.close()]);
});

const heard = { timeout: 10_000 };

describe('the lag of a node', () => {
  test('is not told by a process that is no node', async () => {
    await late.nodes.tellLag({ loopLagMs: 5_000, followLagMs: 0 });
    expect(watch.worstMs()).toBe(0);
  });

  test('is told to everybody at once, seen in the list of nodes, and forgotten soon', async () => {
    await late.nodes.enter('late one', () => stats);
    // Until it is subscribed nothing is heard: a node that is late says it again and again.
    await expect
      .poll(async () => {
        await late.nodes.tellLag({ loopLagMs: 20, followLagMs: 700 });
        return watch.worstMs();
      }, heard)
      .toBe(700);
    expect(await other.nodes.list()).toMatchObject([{ loopLagMs: 20, followLagMs: 700 }]);
    await expect.poll(() => watch.worstMs(), heard).toBe(0);
  });

  test('is the worse of the two', async () => {
    await late.nodes.tellLag({ loopLagMs: 900, followLagMs: 10 });
    await expect.poll(() => watch.worstMs(), heard).toBe(900);
  });
});
