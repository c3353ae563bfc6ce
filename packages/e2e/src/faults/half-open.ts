/** Clients whose connections carry nothing any more, and end at neither end. */
import { judgeDepartures } from './departures.ts';
import { countSockets, sumMetric } from './edge-readings.ts';
import { imposeOn } from './links-of.ts';
import type { Scenario, Stage } from './scenario.ts';

const foundWithinMs = 45_000;
const graceMs = 5000;
const slackMs = 5000;
const closedWithoutFrame = 'switchboard_edge_sockets_closed_total{code="1006"}';

type Roamer = Stage['ledger']['roamers'][number];

/** Of the readers every third vanishes at a time; of the passers-by half of them, for good. */
const everyNth = (roamers: readonly Roamer[], nth: number, from: number): Roamer[] =>
  roamers.filter((_, index) => index % nth === from);

const lastAway = ({ entry }: Roamer): number =>
  entry.marks.findLast(({ what }) => what === 'away')?.atMs ?? -1;

/** Gives how long the edges and the clients took to find it, in ms. */
const vanish = async (
  stage: Stage,
  readers: readonly Roamer[],
  passersBy: readonly Roamer[],
): Promise<{ edgesMs: number; clientsMs: number }> => {
  const { cluster, ledger, edgeProxies, until, expect } = stage;
  const vanished = [...readers, ...passersBy];
  const closedBefore = await sumMetric(cluster.edges, closedWithoutFrame);
  ledger.mark(`${vanished.length} vanish`);
  const startMs = ledger.now();
  const names = vanished.map(({ entry }) => entry.name);
  const { links } = imposeOn(edgeProxies, names, { kind: 'black-hole' });
  expect(links === names.length, `${links} connections of ${names.length} were found`);
  const isFoundByEdges = async () =>
    (await sumMetric(cluster.edges, closedWithoutFrame)) - closedBefore >= vanished.length;
  const isBack = (roamer: Roamer) => lastAway(roamer) > startMs && roamer.isLive();
  const patienceMs = foundWithinMs + slackMs;
  const [edgesMs] = await Promise.all([
    until('all sockets closed by the edges', isFoundByEdges, patienceMs),
    until('all readers back', () => readers.every(isBack), patienceMs),
  ]);
  return { edgesMs, clientsMs: Math.max(...readers.map(lastAway)) - startMs };
};

export const halfOpen: Scenario = {
  name: 'half-open',
  shortSeconds: 8,
  shortEnv: { SOCKET_IDLE_TIMEOUT_MS: '8000' },
  shortSilenceMaxMs: 10_000,
  patienceMs: 15_000,
  shape: ({ isLong, seconds }) =>
    isLong ? { rooms: 200, passersBy: 100, messages: seconds * 100 } : { passersBy: 20 },
  faults: async (stage) => {
    const { at, ledger, scale, figure, expect } = stage;
    const roundMs = 55_000;
    const rounds = scale.isLong ? Math.max(1, Math.floor((scale.seconds * 1000) / roundMs)) : 1;
    const found: { edgesMs: number; clientsMs: number }[] = [];
    for (let round = 0; round < rounds; round += 1) {
      await at(500 + round * roundMs);
      const passersBy = round === 0 ? everyNth(ledger.passersBy, 2, 0) : [];
      found.push(await vanish(stage, everyNth(ledger.roamers, 3, round % 2), passersBy));
    }
    const edgesMs = Math.max(...found.map((one) => one.edgesMs));
    const clientsMs = Math.max(...found.map((one) => one.clientsMs));
    figure('foundByEdgesMs', edgesMs);
    figure('foundByClientsMs', clientsMs);
    expect(edgesMs < foundWithinMs, `the edges took ${Math.round(edgesMs)} ms`);
    expect(clientsMs < foundWithinMs, `the clients took ${Math.round(clientsMs)} ms`);
  },
  judge: async (stage) => {
    const { ledger, cluster, expect, figure } = stage;
    const vanished = everyNth(ledger.passersBy, 2, 0);
    const perhaps = ledger.roamers.filter((roamer) => lastAway(roamer) >= 0);
    const patienceMs = graceMs + slackMs;
    await judgeDepartures(stage, { gone: vanished, perhaps, patienceMs });
    const sockets = await countSockets(cluster.edges);
    const due = ledger.roamers.length + ledger.passersBy.length - vanished.length;
    figure('sockets', sockets);
    expect(sockets === due, `${sockets} sockets are open, not ${due}`);
  },
};
