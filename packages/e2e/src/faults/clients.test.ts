/** Clients that break off again and again, or read too slowly: every message is accounted for. */
import { expect, test } from 'vitest';
import { cutAgain, slowReaders } from './client-scenarios.ts';
import { runShort } from './run-short.ts';

test.each([
  ['clients that are cut every 3 s lose nothing', cutAgain],
  ['a slow reader is closed, comes back and loses nothing', slowReaders],
])('%s', async (_name, scenario) => {
  expect(await runShort(scenario)).toEqual([]);
});
