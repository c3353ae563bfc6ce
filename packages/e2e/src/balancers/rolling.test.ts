/** The load balancers of `infra/`, as they are shipped, while everything behind them is replaced. */
import { expect, test } from 'vitest';
import { runShort, runShortMaxMs } from '../faults/run-short.ts';
import { behindHaproxy, behindNginx } from './rolling-scenarios.ts';

test.concurrent.each([
  [
    'behind HAProxy all edges, all ingresses and every Redis are replaced: nobody is refused',
    behindHaproxy,
  ],
  [
    'behind nginx all edges and ingresses are replaced: two calls a round are made again at most',
    behindNginx,
  ],
])('%s, nothing is lost, no socket is cut', { timeout: runShortMaxMs }, async (_name, scenario) => {
  expect(await runShort(scenario)).toEqual([]);
});
