/** The link between one edge and Redis drops everything without FIN; the other edges have theirs. */
import { noSocketClosed, sustained } from './expectations.ts';
import { nodeIdOf, readNodes } from './read-nodes.ts';
import { isReady } from './run-scenario.ts';
import type { Scenario, Stage } from './scenario.ts';

const foundWithinMs = 5000;

/** Gives when it was found and when all was well again, in ms from the cut and from its end. */
const cutLink = async (stage: Stage, nodeId: string, forMs: number) => {
  const { cluster, ledger, redisProxy, until, expect } = stage;
  const [cutOff, ...others] = cluster.edges;
  const startMs = ledger.now();
  ledger.mark('link cut');
  const lift = redisProxy.impose({ kind: 'black-hole' }, ({ opening }) => opening.includes(nodeId));
  const isRed = async () => !(await isReady(cutOff!));
  const foundMs = await until('the edge is not ready', isRed, 2 * foundWithinMs);
  expect(foundMs < foundWithinMs, `found after ${Math.round(foundMs)} ms`);
  while (ledger.now() < startMs + forMs) {
    const green = await Promise.all(others.map(isReady));
    expect(green.every(Boolean), 'another edge was not ready');
    expect(await isRed(), 'it said that it was ready while it was cut off');
    await stage.at(ledger.now() + 250);
  }
  lift();
  ledger.mark('link whole');
  return { foundMs, greenMs: await until('ready again', () => isReady(cutOff!), 10_000) };
};

/** In the long form it is cut off for longer than its lease every other time, and declared dead. */
export const linkCut: Scenario = {
  name: 'link-cut',
  shortSeconds: 9,
  patienceMs: 15_000,
  shape: sustained,
  faults: async (stage) => {
    const { at, cluster, scale, figure, expect, until } = stage;
    // Its connections keep the name of its first life.
    const nodeId = await nodeIdOf(stage, cluster.edges[0]!.url);
    const roundMs = 40_000;
    const rounds = scale.isLong ? Math.max(1, Math.floor((scale.seconds * 1000) / roundMs)) : 1;
    for (let round = 0; round < rounds; round += 1) {
      await at(1000 + round * roundMs);
      const { foundMs, greenMs } = await cutLink(stage, nodeId, round % 2 === 0 ? 6000 : 20_000);
      figure(`foundMs${round}`, foundMs);
      figure(`greenMs${round}`, greenMs);
    }
    const areAllKnown = async () => (await readNodes(stage)).length === cluster.edges.length;
    await until('both edges are known', areAllKnown, 10_000);
    expect(
      cluster.edges.every((edge) => !edge.hasExited()),
      'an edge has ended',
    );
  },
  judge: noSocketClosed,
};
