/** Redis that dies and comes back, whole or not: what it lost is told, and nothing else is missing. */
import { expect, test } from 'vitest';
import {
  redisEmptied,
  redisRestarted,
  redisRolledBack,
  sentinelFailover,
} from './restart-scenarios.ts';
import { runShort, runShortMaxMs } from './run-short.ts';

test.each([
  ['a Redis that is killed and restarted loses nothing, and no socket closes', redisRestarted],
  ['what a Redis lost that comes back without its last writes is told', redisRolledBack],
  ['a Redis that comes back with nothing is told to everybody', redisEmptied],
  [
    'a Sentinel group goes on with a replica within 5 s, and what it lost is told',
    sentinelFailover,
  ],
])('%s', { timeout: runShortMaxMs }, async (_name, scenario) => {
  expect(await runShort(scenario)).toEqual([]);
});
