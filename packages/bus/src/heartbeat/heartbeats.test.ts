import { expect, test } from 'vitest';
import type { RedisCommands } from '../redis/script.ts';
import { createKeys } from '../redis/keys.ts';
import { createHeartbeats, type HeartbeatsOptions } from './heartbeats.ts';

/** Nothing is ever answered here: every heartbeat is red. */
const silent = (nodeOf: HeartbeatsOptions['nodeOf']) =>
  createHeartbeats({
    redis: {} as RedisCommands,
    subscriber: {
      subscribe: () => ({ ready: new Promise(() => undefined), close: () => undefined }),
      renew: () => undefined,
      reconnect: () => undefined,
    },
    keys: createKeys('sb:', 3),
    processId: 'p',
    nodeOf,
    reconnect: () => undefined,
    now: () => 0,
    monotonicMs: () => 0,
    onWarning: () => undefined,
  });

test('in a cluster every partition has one, and what is wrong is said once for each node', async () => {
  const heartbeats = silent((key) => (key.includes('{1}') ? 'b:2' : 'a:1'));
  const { ready, reasons } = heartbeats.health();
  expect(ready).toBe(false);
  expect(reasons).toHaveLength(2);
  expect(reasons[0]).toMatch(/^a:1 \(partitions ctl, 0, 2\): no write to Redis/u);
  expect(reasons[1]).toMatch(/^b:2 \(partitions 1\): no write to Redis/u);
  await heartbeats.close();
});

test('without a cluster there is one for all', async () => {
  const heartbeats = silent(undefined);
  expect(heartbeats.health().reasons[0]).toMatch(/^no write to Redis/u);
  await heartbeats.close();
});
