/** Edges and ingresses that die or stop under load: every message is accounted for. */
import { expect, test } from 'vitest';
import { clockWrong, edgeDrained, edgeKilled, storm } from './edge-scenarios.ts';
import { ingressKilled } from './ingress-scenarios.ts';
import { linkCut } from './link-cut.ts';
import { runShort, runShortMaxMs } from './run-short.ts';

test.each([
  ['an edge that is killed loses nothing, and who stays away is told as gone once', edgeKilled],
  ['an edge that is drained loses nothing, refuses nobody and spreads the returns', edgeDrained],
  ['all readers of a killed edge come back at once', storm],
  ['an edge whose clock is wrong orders and stamps as the others do', clockWrong],
  ['an edge that is cut off from Redis finds it, keeps its sockets and is repaired', linkCut],
  ['ingresses that are killed execute every call once', ingressKilled],
])('%s', { timeout: runShortMaxMs }, async (_name, scenario) => {
  expect(await runShort(scenario)).toEqual([]);
});
