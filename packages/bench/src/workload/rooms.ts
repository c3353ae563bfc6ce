/**
 * Rooms: clients in rooms of two send messages over their sockets, operators get all of them. A message is
 * accepted when its sender has its own copy.
 */
import type { Asked } from '../bench-options.ts';
import type { Contender, Rooms } from '../contender/contender.ts';
import type { LoadShape } from '../load/load-shape.ts';
import { chatIdOf, newRunId } from '../load/message-body.ts';
import { startTalkGenerator } from '../load/talk-generator.ts';
import { drawDeliveries } from '../report/charts.ts';
import { renderBackground, renderResults } from '../report/delivery-table.ts';
import { formatCount } from '../report/markdown-table.ts';
import { summarize } from '../report/summary.ts';
import { runRounds, type OpenedLoad } from './rounds.ts';
import type { Turn } from './turn.ts';
import type { Workload } from './workload.ts';

export const rooms: Workload = {
  about: 'clients in 5 000 rooms of two talk, 20 operators get everything',
  peers: ['switchboard', 'minimal', 'ws', 'socket.io'],
  furtherPeers: ['socket.io-streams'],
  brief: { clients: 4000, publishers: [64], rates: [500], rounds: 1, seconds: 4 },
  file: 'rooms',
  run: async ({ options, contenders, signal, say }) => {
    const { asked } = options;
    const scale = {
      clients: asked.clients ?? 10_000,
      roomSize: asked.roomSize ?? 2,
      operators: asked.operators ?? 20,
      seconds: asked.seconds ?? 5,
      rounds: asked.rounds ?? 2,
      loads: listLoads(asked),
    };
    const openLoad = (contender: Contender) =>
      openTalk(contender, { ...scale, receivers: options.receivers, say });
    const turns = await runRounds({
      options,
      contenders,
      ...scale,
      signal,
      say,
      openLoad,
      describe,
      nameLoad: nameTalk,
    });
    const rows = summarize(turns);
    const table = `${renderResults(rows)}\n\n${renderBackground(rows)}`;
    const subtitle = `${formatCount(scale.clients)} clients in rooms of ${scale.roomSize} talk, ${scale.operators} operators get everything`;
    return {
      scale,
      rows,
      turns,
      table,
      charts: { chart: drawDeliveries('Rooms', subtitle, rows) },
    };
  },
};

const listLoads = ({ publishers = [64, 256], rates = [500, 2000] }: Asked): LoadShape[] => [
  ...rates.map((ratePerS) => ({ kind: 'open', connections: 0, ratePerS }) as const),
  ...publishers.map((connections) => ({ kind: 'closed', connections }) as const),
];

export const nameTalk = (load: LoadShape): string =>
  load.kind === 'closed' ? `${load.connections} under way` : `${load.ratePerS} messages/s`;

export interface TalkScale {
  clients: number;
  roomSize: number;
  operators: number;
  receivers: number;
  say: (line: string) => void;
}

export const openTalk = async (contender: Contender, scale: TalkScale): Promise<OpenedLoad> => {
  const { rooms } = contender;
  if (rooms === undefined) throw new Error(`${contender.name} has no rooms`);
  const chats = Math.ceil(scale.clients / scale.roomSize);
  scale.say(`${contender.name}: opening ${scale.clients} clients in ${chats} rooms`);
  const generator = startTalkGenerator(scale.receivers);
  try {
    await generator.open({
      dialect: rooms.dialect,
      clients: await planClients(rooms, scale),
      operators: await contender.subscribers(scale.operators),
      run: newRunId(),
    });
    const flow = generator.flow(scale.roomSize + scale.operators);
    return { flow, stop: () => generator.stop() };
  } catch (error) {
    await generator.stop();
    throw error;
  }
};

/** The members of a room are on different nodes, as far as there are so many. */
const planClients = ({ nodes, admit }: Rooms, { clients, roomSize }: TalkScale) =>
  Promise.all(
    Array.from({ length: clients }, async (_, index) => {
      const chatId = chatIdOf(Math.floor(index / roomSize));
      const { port } = nodes[index % nodes.length]!;
      return { persona: await admit({ chatId, userId: `visitor-${index}` }), port };
    }),
  );

const describe = ({ result }: Turn): string[] => [
  `${Math.round(result.acceptedPerS)} messages/s, ${(result.deliveriesPerS / 1e3).toFixed(0)} k deliveries/s`,
  `p50 ${result.delivery.p50Ms.toFixed(1)} ms, p99 ${result.delivery.p99Ms.toFixed(1)} ms`,
  `${result.serverCpuSPerMillion.toFixed(2)} CPU-s/M`,
];
