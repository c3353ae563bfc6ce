/**
 * Cost curve: what a message costs as the cluster grows, with 1, 2 and 4 edges, 1 000 to 100 000 rooms, 1 and 16
 * partitions. Messages come by `POST /message` at a fixed rate, to all rooms in turn. Each edge has one operator, who
 * gets every message, and one client of every twentieth room: what an edge does for a message is the same at every
 * point.
 */
import { startSwitchboardWith } from '../contender/switchboard.ts';
import type { Contender, Rooms } from '../contender/contender.ts';
import { createPostFlow } from '../load/flow.ts';
import { startLoadGenerator, type LoadGenerator } from '../load/load-generator.ts';
import { chatIdOf } from '../load/message-body.ts';
import { awaitCalm } from '../measure/calm.ts';
import { drawCost } from '../report/charts.ts';
import { renderCost, summarizeCost, type CostPoint, type CostTurn } from '../report/cost-table.ts';
import { unlessAborted } from '../stop-request.ts';
import { takeTurn } from './turn.ts';
import { warmUp } from './warm-up.ts';
import type { Workload, WorkloadSetting } from './workload.ts';

const base: CostPoint = { edges: 2, rooms: 1000, partitions: 16 };
const points: readonly CostPoint[] = [
  base,
  { ...base, edges: 1 },
  { ...base, edges: 4 },
  { ...base, rooms: 10_000 },
  { ...base, rooms: 100_000 },
  { ...base, partitions: 1 },
];

/** In the others nobody is: the sockets of one machine are finite. */
const roomsForEachPeopled = 20;
const connections = 64;

interface Scale {
  ratePerS: number;
  seconds: number;
  rounds: number;
}

export const costCurve: Workload = {
  about: 'what a message costs with more edges, rooms, partitions',
  peers: ['switchboard'],
  file: 'cost-curve',
  run: async (setting) => {
    const { asked } = setting.options;
    const scale: Scale = {
      ratePerS: asked.rates?.[0] ?? 500,
      seconds: asked.seconds ?? 10,
      rounds: asked.rounds ?? 2,
    };
    const turns: CostTurn[] = [];
    for (let round = 1; round <= scale.rounds; round += 1) {
      for (const point of points) turns.push(await runPoint(point, scale, setting));
    }
    const rows = summarizeCost(turns);
    const charts = { chart: drawCost(rows) };
    return { scale, rows, turns, table: renderCost(rows), charts };
  },
};

const runPoint = async (
  point: CostPoint,
  scale: Scale,
  setting: WorkloadSetting,
): Promise<CostTurn> => {
  const { options, signal, say } = setting;
  signal.throwIfAborted();
  const env = { PARTITIONS: String(point.partitions) };
  const contender = await startSwitchboardWith({ nodes: point.edges, env }, signal);
  const generator = startLoadGenerator(options.receivers);
  try {
    say(`${point.edges} edges, ${point.rooms} rooms, ${point.partitions} partitions`);
    const turn = await unlessAborted(
      measure(point, scale, { contender, generator, setting }),
      signal,
    );
    say(
      `  ${turn.result.serverCpuSPerMillionMessages.toFixed(0)} CPU-s per million messages, ` +
        `p99 ${turn.result.delivery.p99Ms.toFixed(1)} ms`,
    );
    return turn;
  } finally {
    await generator.stop();
    await contender.stop();
  }
};

interface Lane {
  contender: Contender & { rooms: Rooms };
  generator: LoadGenerator;
  setting: WorkloadSetting;
}

const measure = async (
  point: CostPoint,
  { ratePerS, seconds }: Scale,
  { contender, generator, setting }: Lane,
): Promise<CostTurn> => {
  const { options, signal } = setting;
  await generator.open(await contender.subscribers(point.edges));
  await generator.open(await planClients(contender.rooms, point.rooms));
  const copies = point.edges * (1 + 1 / roomsForEachPeopled);
  const flow = createPostFlow(generator, { target: contender.publish, chats: point.rooms, copies });
  await warmUp(flow, signal, { atLeast: point.rooms });
  await awaitCalm(options.patienceS, signal);
  const load = { kind: 'open', connections, ratePerS } as const;
  const result = await takeTurn(contender.processes, flow, { load, seconds, signal });
  return { ...point, copies, result };
};

/** One on each edge, in every twentieth room. */
const planClients = (rooms: Rooms, roomCount: number) =>
  Promise.all(
    Array.from({ length: roomCount / roomsForEachPeopled }, (_, index) =>
      chatIdOf(index * roomsForEachPeopled),
    ).flatMap((chatId) =>
      rooms.nodes.map(async ({ port }, node) => {
        const persona = await rooms.admit({ chatId, userId: `${chatId}-${node}` });
        return { port, talk: { dialect: rooms.dialect, persona } };
      }),
    ),
  );
