/** Edges that die, stop, or have a wrong clock. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Cluster } from '@switchboard/testkit';
import { judgeDepartures } from './departures.ts';
import { judgeMemory } from './memory.ts';
import { nodeIdOf, readDeskSessions } from './read-nodes.ts';
import { isReady } from './run-scenario.ts';
import type { Scenario, Stage } from './scenario.ts';

const closesWith = ({ ledger }: Stage, code: number): number[] =>
  ledger.book.readers.flatMap(({ marks }) =>
    marks.filter(({ closeCode }) => closeCode === code).map(({ atMs }) => atMs),
  );

/** Who lost the edge; gives how long after its death the last of them was back, in ms. */
export const noteReturn = ({ ledger, figure, expect }: Stage): number => {
  const marks = ledger.book.readers.flatMap((reader) => reader.marks);
  const returns = marks.filter(({ what }) => what === 'back').map(({ atMs }) => atMs);
  figure('readers', ledger.roamers.length);
  figure('returned', returns.length);
  const lastBackMs = Math.max(...returns) - (ledger.book.faults[0]?.atMs ?? 0);
  figure('lastBackMs', lastBackMs);
  expect(returns.length > 0, 'nobody lost the edge');
  return lastBackMs;
};

/** A node's lease, and what the cleaners, a cache and a busy machine add to it. */
const leaseMs = 10_000;
const slackMs = 4000;

/** Resolves when no desk session of the dead node is listed any more. */
const untilForgotten = async (stage: Stage, nodeId: string): Promise<void> => {
  const isForgotten = async () =>
    (await readDeskSessions(stage)).every(({ node }) => node !== nodeId);
  const forgottenMs = await stage.until('its desks are gone', isForgotten, 2 * leaseMs);
  stage.figure('desksGoneMs', forgottenMs);
  stage.expect(forgottenMs < leaseMs + slackMs, `desks were listed ${forgottenMs} ms`);
};

export const edgeKilled: Scenario = {
  name: 'edge-killed',
  edges: 3,
  shape: ({ isLong, seconds }) =>
    isLong ? { rooms: 200, passersBy: 100, messages: seconds * 200 } : { passersBy: 20 },
  faults: async (stage) => {
    const { at, cluster, ledger, scale, expect } = stage;
    await at(scale.seconds * 400);
    const [doomed] = cluster.edges;
    const nodeId = await nodeIdOf(stage, doomed!.url);
    const listed = await readDeskSessions(stage);
    expect(
      listed.some(({ node }) => node === nodeId),
      'nobody was at a desk of it',
    );
    ledger.mark('kill -9 edge-1');
    doomed!.kill('SIGKILL');
    await doomed!.exited;
    await untilForgotten(stage, nodeId);
  },
  judge: async (stage) => {
    noteReturn(stage);
    const gone = stage.ledger.passersBy.filter((passer) => !passer.isLive());
    stage.expect(gone.length > 0, 'nobody was gone for good');
    await judgeDepartures(stage, { gone, patienceMs: leaseMs });
  },
};

const drainWindowMs = 2000;

export const edgeDrained: Scenario = {
  name: 'edge-drained',
  edges: 3,
  env: {
    DRAIN_WAIT_MS: '500',
    DRAIN_WINDOW_MS: String(drainWindowMs),
    SHUTDOWN_TIMEOUT_MS: '8000',
  },
  shape: ({ isLong, seconds }) => (isLong ? { rooms: 200, messages: seconds * 200 } : {}),
  faults: async ({ at, cluster, leaveEdge, ledger, scale, until, expect }) => {
    await at(scale.seconds * 200);
    const [drained] = cluster.edges;
    ledger.mark('SIGTERM edge-1');
    drained!.kill('SIGTERM');
    await until('not ready', async () => !(await isReady(drained!)), 3000);
    leaveEdge(0);
    const { code } = await drained!.exited;
    expect(code === 0, `the drained edge exited with ${code}`);
  },
  judge: (stage) => {
    const times = closesWith(stage, 4001);
    const spreadMs = Math.max(...times) - Math.min(...times);
    stage.figure('closed', times.length);
    stage.figure('spreadMs', spreadMs);
    stage.expect(times.length > 0, 'nobody was sent home with 4001');
    // Few sockets make fewer waves, and busy readers see them closer together.
    stage.expect(spreadMs > drainWindowMs / 4, `all were closed within ${spreadMs} ms`);
    stage.expect(stage.ledger.book.refusals.size === 0, 'somebody was refused');
  },
};

/** Everybody was on the edge that dies, and comes back within a second. */
export const storm: Scenario = {
  name: 'storm',
  edges: 3,
  startsOnFirstEdge: true,
  isDirect: true,
  rehearses: true,
  shape: ({ isLong, seconds }) =>
    isLong
      ? { rooms: 1000, visitorsPerRoom: 9, operatorsPerRoom: 1, messages: seconds * 100 }
      : { rooms: 100, visitorsPerRoom: 4, operatorsPerRoom: 1, messages: seconds * 80 },
  patienceMs: 15_000,
  faults: async ({ at, cluster, leaveEdge, ledger, scale }) => {
    await at(scale.seconds * 400);
    const [doomed] = cluster.edges;
    ledger.mark('kill -9 edge-1');
    doomed!.kill('SIGKILL');
    leaveEdge(0);
    await doomed!.exited;
  },
  judge: async (stage) => {
    const lastBackMs = noteReturn(stage);
    // Two busy cores bring 10 000 back in 6 s; the client and its edges share them.
    const boundMs = stage.scale.isLong ? 30_000 : 10_000;
    stage.expect(lastBackMs < boundMs, `the last came back after ${Math.round(lastBackMs)} ms`);
    await judgeMemory(stage);
  },
};

/** A busy ingress asks its callers to come again. */
const readFrom = async (cluster: Cluster, path: string): Promise<unknown> => {
  const headers = { 'api-token': cluster.apiToken };
  for (let attempt = 1; ; attempt += 1) {
    const answer = await fetch(cluster.ingress.url + path, { headers });
    if (answer.ok) return answer.json();
    if (attempt === 20) throw new Error(`${path} was answered with ${answer.status}`);
    await delay(250);
  }
};

/** One edge believes that it is five minutes later. */
export const clockWrong: Scenario = {
  name: 'clock-wrong',
  clockOffsetsMs: { 'edge-1': 300_000 },
  shape: ({ isLong, seconds }) => (isLong ? { rooms: 200, messages: seconds * 200 } : {}),
  faults: async ({ at, scale }) => at(scale.seconds * 1000),
  judge: async ({ cluster, expect, figure }) => {
    const get = (path: string): Promise<unknown> => readFrom(cluster, path);
    const { events } = (await get('/chats/room-0/events')) as { events: { ts: string }[] };
    const offMs = events.map(({ ts }) => Math.abs(Date.parse(ts) - Date.now()));
    figure('stampsOffMs', Math.max(...offMs));
    expect(Math.max(...offMs) < 120_000, 'events are stamped by the wrong clock');
    const sessions = (await get('/online-users')) as { last_seen_at: string }[];
    expect(sessions.length === 3, `${sessions.length} desks are online`);
    const seen = sessions.map(({ last_seen_at }) =>
      Math.abs(Date.parse(last_seen_at) - Date.now()),
    );
    expect(Math.max(...seen) < 60_000, 'desks are seen by the wrong clock');
  },
};
