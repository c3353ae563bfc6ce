import { afterAll, beforeAll, expect, test } from 'vitest';
import { startSentinelGroup, type SentinelGroup } from './sentinel-group.ts';
import { clientOf } from './servers.ts';

let group: SentinelGroup;
beforeAll(async () => {
  group = await startSentinelGroup();
});
afterAll(() => group.stop());

test('a failover makes a replica the primary, and a rollback loses what only the old one had', async () => {
  expect(group.url).toMatch(/^redis\+sentinel:\/\/127\.0\.0\.1:\d+,.*\/main$/u);
  const first = await group.primary();
  await clientOf(first).set('kept', 1);
  await clientOf(first).wait(2, 1_000);
  await group.failover();
  const second = await group.primary();
  expect(second.port).not.toBe(first.port);
  expect(await clientOf(second).get('kept')).toBe('1');

  await group.rollBack(async () => void (await clientOf(second).set('lost', 1)));
  const third = await group.primary();
  expect(third.port).not.toBe(second.port);
  expect(await clientOf(third).mget('kept', 'lost')).toEqual(['1', null]);
  expect(await clientOf(third).set('new', 1)).toBe('OK');
});
