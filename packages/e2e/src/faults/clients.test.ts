/** Clients that break off, vanish, or read too slowly: every message is accounted for. */
import { expect, test } from 'vitest';
import { cutAgain } from './client-scenarios.ts';
import { clientStorm } from './client-storm.ts';
import { halfOpen } from './half-open.ts';
import { runShort, runShortMaxMs } from './run-short.ts';
import { slowReaders } from './slow-readers.ts';

test.each([
  ['clients that are cut every 3 s lose nothing', cutAgain],
  ['the published client comes back from a killed edge, gives all once and sends all', clientStorm],
  ['a slow reader is closed, comes back, loses nothing and costs the others nothing', slowReaders],
  ['clients that vanish are found, and find it themselves', halfOpen],
])('%s', { timeout: runShortMaxMs }, async (_name, scenario) => {
  expect(await runShort(scenario)).toEqual([]);
});
