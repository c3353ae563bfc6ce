/** Edges that die, stop, or have a wrong clock. */
import { isReady } from './run-scenario.ts';
import type { Scenario, Stage } from './scenario.ts';

const closesWith = ({ ledger }: Stage, code: number): number[] =>
  ledger.book.readers.flatMap(({ marks }) =>
    marks.filter(({ closeCode }) => closeCode === code).map(({ atMs }) => atMs),
  );

/** Who lost the edge, and how long after its death the last of them was back. */
const noteReturn = ({ ledger, figure, expect }: Stage): void => {
  const marks = ledger.book.readers.flatMap((reader) => reader.marks);
  const returns = marks.filter(({ what }) => what === 'back').map(({ atMs }) => atMs);
  figure('readers', ledger.roamers.length);
  figure('returned', returns.length);
  figure('lastBackMs', Math.max(...returns) - (ledger.book.faults[0]?.atMs ?? 0));
  expect(returns.length > 0, 'nobody lost the edge');
};

export const edgeKilled: Scenario = {
  name: 'edge-killed',
  edges: 3,
  shape: ({ isLong, seconds }) => (isLong ? { rooms: 200, messages: seconds * 200 } : {}),
  faults: async ({ at, cluster, ledger, scale }) => {
    await at(scale.seconds * 400);
    const [doomed] = cluster.edges;
    ledger.mark('kill -9 edge-1');
    doomed!.kill('SIGKILL');
    await doomed!.exited;
  },
  judge: noteReturn,
};

export const edgeDrained: Scenario = {
  name: 'edge-drained',
  edges: 3,
  env: { DRAIN_WAIT_MS: '500', DRAIN_WINDOW_MS: '2000', SHUTDOWN_TIMEOUT_MS: '8000' },
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
    stage.expect(spreadMs > 1000, `all were closed within ${spreadMs} ms`);
    stage.expect(stage.ledger.book.refusals.size === 0, 'somebody was refused');
  },
};

/** Everybody was on the edge that dies, and comes back within a second. */
export const storm: Scenario = {
  name: 'storm',
  edges: 3,
  startsOnFirstEdge: true,
  shape: ({ isLong, seconds }) =>
    isLong
      ? { rooms: 1000, visitorsPerRoom: 9, operatorsPerRoom: 1, messages: seconds * 100 }
      : { rooms: 100, visitorsPerRoom: 4, operatorsPerRoom: 1, messages: 400 },
  patienceMs: 15_000,
  faults: async ({ at, cluster, leaveEdge, ledger, scale }) => {
    await at(scale.seconds * 400);
    const [doomed] = cluster.edges;
    ledger.mark('kill -9 edge-1');
    doomed!.kill('SIGKILL');
    leaveEdge(0);
    await doomed!.exited;
  },
  judge: noteReturn,
};

/** One edge believes that it is five minutes later. */
export const clockWrong: Scenario = {
  name: 'clock-wrong',
  clockOffsetsMs: { 'edge-1': 300_000 },
  shape: ({ isLong, seconds }) => (isLong ? { rooms: 200, messages: seconds * 200 } : {}),
  faults: async ({ at, scale }) => at(scale.seconds * 1000),
  judge: async ({ cluster, expect, figure }) => {
    const headers = { 'api-token': cluster.apiToken };
    const get = async (path: string): Promise<unknown> =>
      (await fetch(cluster.ingress.url + path, { headers })).json();
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
