/**
 * Hand-off: what a customer's backend costs. The same talk in rooms without a backend, with one that is asked
 * about every message, and with one that is told of every message afterwards; and without one, but with the
 * HTTP call of the send hook made by the same edges at the same pace, once bare and once as a signed webhook. The
 * differences are small, and the machine's speed changes: short turns follow each other, and only neighbours are
 * compared.
 */
import { fileURLToPath } from 'node:url';
import type { Asked } from '../bench-options.ts';
import type { Contender, StartContender } from '../contender/contender.ts';
import { startNodes, stopNodes } from '../contender/nodes.ts';
import { startSwitchboardWith } from '../contender/switchboard.ts';
import type { CallsBeside } from '../load/calls-beside.ts';
import type { Flow } from '../load/flow.ts';
import type { Measured } from '../measure/cpu-meter.ts';
import { lanes, renderHandOff, summarizeHandOff } from '../report/hand-off-table.ts';
import { summarize } from '../report/summary.ts';
import { nameTalk, openTalk, type TalkScale } from './rooms.ts';
import { runRounds, type OpenedLoad } from './rounds.ts';
import type { Turn } from './turn.ts';
import type { Workload } from './workload.ts';

const program = new URL('../peer/hook-server.ts', import.meta.url);
const callsProgram = fileURLToPath(new URL('../load/calls-beside.ts', import.meta.url));
/** What a late edge refuses takes CPU and is no message. */
const neverLate = { OVERLOAD_LAG_MS: '0' };
const nodes = 2;
/** So many short turns of each in a round. */
const turnsPerRound = 4;
/** While warming up: about as many as an edge with a send hook makes then, so that no lane's code is colder. */
const warmUpCallsPerS = 2500;
const secret = 'only-for-this-measurement';

export const handOff: Workload = {
  about: 'what it costs to ask a backend about every message, and to tell it',
  peers: ['switchboard'],
  file: 'hand-off',
  run: async ({ options, signal, say }) => {
    const { asked } = options;
    const scale = {
      clients: asked.clients ?? 2000,
      roomSize: asked.roomSize ?? 2,
      operators: asked.operators ?? 20,
      seconds: asked.seconds ?? 5,
      rounds: asked.rounds ?? 3,
      loads: listLoads(asked),
    };
    const [backend] = await startNodes([program]);
    const { port, pid } = backend!;
    const url = `http://127.0.0.1:${port}`;
    try {
      const talk = { ...scale, receivers: options.receivers, say };
      const turns = await runRounds({
        options,
        contenders: listContenders(url),
        ...scale,
        signal,
        say,
        openLoad: (contender) => openLoad(contender, talk, { role: 'backend', pid, url }),
        describe,
        nameLoad: nameTalk,
      });
      const rows = summarizeHandOff(summarize(turns, lanes.none), turns);
      return { scale, rows, turns, table: renderHandOff(rows) };
    } finally {
      await stopNodes([backend!]);
    }
  },
};

/** The rate of the rooms workload; each as often as it has turns in a round. */
const listLoads = ({ rates = [500] }: Asked) =>
  rates.flatMap((ratePerS) =>
    Array.from(
      { length: turnsPerRound },
      () => ({ kind: 'open', connections: 0, ratePerS }) as const,
    ),
  );

const listContenders = (backend: string): StartContender[] => {
  const cluster =
    (name: string, env: Readonly<Record<string, string>>): StartContender =>
    async (signal) => {
      const shape = { nodes, env: { ...neverLate, ...env } };
      return { ...(await startSwitchboardWith(shape, signal)), name };
    };
  const beside = (kind: CallsBeside) => ({
    SWITCHBOARD_PRELOAD: callsProgram,
    SWITCHBOARD_CALLS_BESIDE: backend,
    SWITCHBOARD_CALLS_KIND: kind,
  });
  const signed = { HOOK_SECRETS: secret };
  return [
    cluster(lanes.none, {}),
    cluster(lanes.bare, beside('bare')),
    cluster(lanes.webhook, beside('webhook')),
    cluster(lanes.asked, { ...signed, SEND_HOOK_URL: `${backend}/send` }),
    cluster(lanes.told, { ...signed, EVENTS_HOOK_URL: `${backend}/events` }),
  ];
};

const openLoad = async (
  contender: Contender,
  talk: TalkScale,
  backend: Measured & { url: string },
): Promise<OpenedLoad> => {
  const load = await openTalk(contender, talk);
  // What the backend itself uses is the customer's.
  const flow = { ...load.flow, processes: [...load.flow.processes, backend] };
  const callsBeside = contender.name === lanes.bare || contender.name === lanes.webhook;
  return { ...load, flow: callsBeside ? withCalls(flow, backend.url) : flow };
};

/** As many calls as messages, while there are messages. */
const withCalls = (flow: Flow, url: string): Flow => {
  const setPace = async (ratePerS: number) => {
    const body = String(ratePerS / nodes);
    await (await fetch(`${url}/pace`, { method: 'PUT', body })).arrayBuffer();
  };
  return {
    ...flow,
    start: async (load) => {
      await setPace(load.kind === 'open' ? load.ratePerS : warmUpCallsPerS);
      await flow.start(load);
    },
    stop: async () => {
      await setPace(0);
      return flow.stop();
    },
  };
};

const describe = ({ result }: Turn): string[] => [
  `${Math.round(result.acceptedPerS)}/s`,
  `${result.serverCpuSPerMillionMessages.toFixed(0)} CPU-µs each`,
  `p50 ${result.answer.p50Ms.toFixed(1)} ms`,
];
