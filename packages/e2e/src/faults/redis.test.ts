/** Redis that drops followers, swallows, stays away or is full: every message is accounted for. */
import { expect, test } from 'vitest';
import {
  copiesRemoved,
  followersDeaf,
  pubSubKilled,
  redisAway,
  redisFull,
} from './redis-scenarios.ts';
import {
  redisEmptied,
  redisRestarted,
  redisRolledBack,
  sentinelFailover,
} from './restart-scenarios.ts';
import { runShort } from './run-short.ts';

test.each([
  ['followers that Redis drops lose nothing', pubSubKilled],
  ['live copies that vanish are repaired from the log', copiesRemoved],
  ['followers that hear nothing are found by the heartbeat and repaired', followersDeaf],
  ['a Redis that is away for longer than the leases kills nobody', redisAway],
  ['a Redis that is killed and restarted loses nothing, and no socket closes', redisRestarted],
  ['what a Redis lost that comes back without its last writes is told', redisRolledBack],
  ['a Redis that comes back with nothing is told to everybody', redisEmptied],
  ['a Sentinel group goes on with a replica, and what it lost is told', sentinelFailover],
  ['a full Redis refuses, and nothing is half done', redisFull],
])('%s', async (_name, scenario) => {
  expect(await runShort(scenario)).toEqual([]);
});
