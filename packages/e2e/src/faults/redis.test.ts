/** Redis that drops followers, swallows, stays away or is full: every message is accounted for. */
import { expect, test } from 'vitest';
import {
  copiesRemoved,
  followersDeaf,
  pubSubKilled,
  redisAway,
  redisFull,
} from './redis-scenarios.ts';
import { runShort, runShortMaxMs } from './run-short.ts';

test.each([
  ['followers that Redis drops lose nothing', pubSubKilled],
  ['live copies that vanish are repaired from the log', copiesRemoved],
  ['followers that hear nothing are found by the heartbeat and repaired', followersDeaf],
  ['a Redis that is away for longer than the leases kills nobody', redisAway],
  ['a full Redis refuses, and nothing is half done', redisFull],
])('%s', { timeout: runShortMaxMs }, async (_name, scenario) => {
  expect(await runShort(scenario)).toEqual([]);
});
