import { Redis } from 'ioredis';
import { afterAll, describe, expect, test } from 'vitest';
import { roomEvent } from './log/log.fixture.ts';
import { openBus } from './open-bus.ts';

const redisUrl = process.env['REDIS_URL'] ?? '';
const onWarning = () => undefined;
const options = (keyPrefix: string, partitions = 16) => ({
  redisUrl,
  keyPrefix,
  partitions,
  clientName: 'test',
  onWarning,
});
const redis = new Redis(redisUrl);
afterAll(() => redis.quit());

const prefix = () => `t${crypto.randomUUID()}:`;
const until = async (condition: () => boolean) => {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 10));
};

/** Others use the same Redis: only the named connections are cut. */
async function cut(clientName: string): Promise<void> {
  const clients = String(await redis.client('LIST'))
    .split('\n')
    .filter((line) => line.includes(`name=${clientName}:`));
  for (const client of clients)
    await redis.call('CLIENT', 'KILL', 'ID', /id=(\d+)/u.exec(client)![1]!);
}

describe('a bus', () => {
  test('is ready once a heartbeat was written and came back, and knows the time of Redis', async () => {
    const bus = await openBus({ ...options(prefix()), now: () => Date.now() - 300_000 });
    await until(() => bus.health().ready);
    expect(Math.abs(bus.now() - Date.now())).toBeLessThan(1_000);
    expect(bus.health().heartbeatMs).toBeGreaterThanOrEqual(0);
    await bus.close();
  });

  test('creates the deployment once and refuses to run with another number of partitions', async () => {
    const keyPrefix = prefix();
    await (await openBus(options(keyPrefix, 4))).close();
    await expect(openBus(options(keyPrefix, 8))).rejects.toMatchObject({
      name: 'LayoutMismatch',
      message: expect.stringMatching(/8.*created with 4/u),
    });
    expect(await redis.hget(`${keyPrefix}{ctl}:cluster`, 'partitions')).toBe('4');
  });

  test('keeps as many events of a room as the deployment wants, and at most 64 more', async () => {
    const logLimits = { roomMaxEntries: 20, roomMaxBytes: 65_536 };
    const bus = await openBus({ ...options(prefix()), logLimits });
    for (let number = 0; number < 150; number += 1)
      await bus.log.append({ event: roomEvent('chat', String(number)), deadlineMs: 2_000 });
    const { events, complete } = await bus.log.readRoom('chat', undefined, 200);
    expect(events.length).toBeGreaterThanOrEqual(20);
    expect(events.length).toBeLessThanOrEqual(84);
    expect(complete).toBe(false);
    await bus.close();
  });

  test('refuses a deployment of another layout', async () => {
    const keyPrefix = prefix();
    await redis.hset(`${keyPrefix}{ctl}:cluster`, { partitions: 16, layout: 99 });
    await expect(openBus(options(keyPrefix))).rejects.toMatchObject({ name: 'LayoutMismatch' });
  });

  test('that finds no Redis says so and keeps no connection', async () => {
    const nowhere = openBus({ ...options(prefix()), redisUrl: 'redis://127.0.0.1:1' });
    await expect(nowhere).rejects.toMatchObject({ name: 'BusUnavailable' });
  });

  test('answers as unavailable at once while its connection is cut, and returns by itself', async () => {
    const clientName = `cut-${crypto.randomUUID()}`;
    const bus = await openBus({ ...options(prefix()), clientName });
    const event = {
      event: 'globalUpdated',
      ts: new Date().toISOString(),
      feed: { to: 'all', data: '{}' },
    } as const;
    const append = () =>
      bus.log.append({ event: { ...event, eventId: crypto.randomUUID() }, deadlineMs: 1_000 });
    expect(await append()).toMatchObject({
      kind: 'appended',
      position: expect.stringMatching(/^0:/u),
    });
    await cut(clientName);
    await expect(append().then(append)).rejects.toMatchObject({ name: 'BusUnavailable' });
    await expect
      .poll(() =>
        append().then(
          (outcome) => outcome.kind,
          () => 'unavailable',
        ),
      )
      .toBe('appended');
    await bus.close();
  });
});
