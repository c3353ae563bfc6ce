/** Ingest: `POST /message` as fast as it is answered, to chats that nobody is in. */
import type { Contender } from '../contender/contender.ts';
import { createPostFlow } from '../load/flow.ts';
import { startLoadGenerator } from '../load/load-generator.ts';
import { drawPosts } from '../report/charts.ts';
import { renderIngest } from '../report/ingest-table.ts';
import { summarize } from '../report/summary.ts';
import { runRounds, type OpenedLoad } from './rounds.ts';
import type { Turn } from './turn.ts';
import type { Workload } from './workload.ts';

const nobody = 0;

export const ingest: Workload = {
  about: 'POST /message with 32 connections, nobody listening',
  peers: ['switchboard', 'fastify', 'nchan', 'socket.io'],
  furtherPeers: ['minimal', 'ws'],
  brief: { rounds: 1, seconds: 5 },
  file: 'ingest',
  run: async ({ options, contenders, signal, say }) => {
    const { asked } = options;
    const scale = {
      chats: asked.chats ?? 256,
      seconds: asked.seconds ?? 5,
      rounds: asked.rounds ?? 3,
      loads: (asked.publishers ?? [32]).map(
        (connections) => ({ kind: 'closed', connections }) as const,
      ),
    };
    const openLoad = (contender: Contender) => openPublisher(contender, scale.chats);
    const rounds = { options, contenders, ...scale, signal, say, openLoad, describe };
    const turns = await runRounds(rounds);
    const rows = summarize(turns, 'fastify');
    const charts = { chart: drawPosts(rows) };
    return { scale, rows, turns, table: renderIngest(rows), charts };
  },
};

const openPublisher = async (contender: Contender, chats: number): Promise<OpenedLoad> => {
  const generator = startLoadGenerator(nobody);
  const flow = createPostFlow(generator, { target: contender.publish, chats, copies: nobody });
  return { flow, stop: () => generator.stop() };
};

const describe = ({ result }: Turn): string[] => [
  `${Math.round(result.acceptedPerS)} posts/s`,
  `p50 ${result.answer.p50Ms.toFixed(1)} ms, p99 ${result.answer.p99Ms.toFixed(1)} ms`,
  `${result.serverCpuSPerMillionMessages.toFixed(0)} CPU-s/M posts`,
];
