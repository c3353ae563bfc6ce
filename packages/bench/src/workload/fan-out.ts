/**
 * Fan-out: every message goes to every one of many `/broadcast` sockets. The contenders of a round run side
 * by side and take turns load by load, so that a slow minute of the machine hits all of them.
 */
import type { Contender, StartContender } from '../contender/contender.ts';
import { startLoadGenerator, type LoadGenerator } from '../load/load-generator.ts';
import { describeLoad, type LoadShape } from '../load/load-shape.ts';
import { awaitCalm } from '../measure/calm.ts';
import { summarize } from '../report/summary.ts';
import { renderBackground, renderResults } from '../report/table.ts';
import { unlessAborted } from '../stop-request.ts';
import { takeTurn, type Turn } from './turn.ts';
import { warmUp } from './warm-up.ts';
import type { Workload } from './workload.ts';

interface FanOutOptions {
  contenders: readonly StartContender[];
  loads: readonly LoadShape[];
  subscribers: number;
  /** Processes that hold the sockets of one contender. */
  receivers: number;
  chats: number;
  seconds: number;
  rounds: number;
  /** How long a turn may wait for a calm machine. */
  patienceS: number;
  signal: AbortSignal;
  /** Told what happens, as it happens. */
  say: (line: string) => void;
}

interface Lane {
  contender: Contender;
  generator: LoadGenerator;
}

export const fanOut: Workload = {
  peers: ['switchboard', 'minimal', 'uws'],
  file: 'fan-out',
  run: async ({ options, ...rest }) => {
    const turns = await runFanOut({ ...options, ...options.fanOut, ...rest });
    const rows = summarize(turns);
    return { rows, turns, table: `${renderResults(rows)}\n\n${renderBackground(rows)}` };
  },
};

const runFanOut = async (options: FanOutOptions): Promise<Turn[]> => {
  const turns: Turn[] = [];
  for (let round = 1; round <= options.rounds; round += 1) {
    turns.push(...(await runRound(options, round)));
  }
  return turns;
};

const runRound = async (options: FanOutOptions, round: number): Promise<Turn[]> => {
  const lanes: Lane[] = [];
  try {
    for (const start of options.contenders) lanes.push(await openLane(start, options));
    const turns: Turn[] = [];
    for (const load of options.loads) {
      // Each round another one begins.
      for (const lane of rotate(lanes, round - 1)) {
        await awaitCalm(options.patienceS, options.signal);
        turns.push(await runTurn(lane, load, { ...options, round }));
      }
    }
    return turns;
  } finally {
    await Promise.all(lanes.map(closeLane));
  }
};

const openLane = async (start: StartContender, options: FanOutOptions): Promise<Lane> => {
  options.signal.throwIfAborted();
  const contender = await start(options.signal);
  const generator = startLoadGenerator(options.receivers);
  const lane = { contender, generator };
  try {
    options.say(`${contender.name}: opening ${options.subscribers} sockets`);
    const plans = await contender.subscribers(options.subscribers);
    await unlessAborted(generator.open(plans), options.signal);
    options.say(`${contender.name}: warming up`);
    await unlessAborted(warmUp(contender, generator, options), options.signal);
    return lane;
  } catch (error) {
    await closeLane(lane);
    throw error;
  }
};

const closeLane = async ({ contender, generator }: Lane): Promise<void> => {
  await generator.stop();
  await contender.stop();
};

const runTurn = async (
  { contender, generator }: Lane,
  load: LoadShape,
  options: FanOutOptions & { round: number },
): Promise<Turn> => {
  const turn = takeTurn(contender, generator, { ...options, load });
  const result = await unlessAborted(turn, options.signal);
  const { round, rounds } = options;
  const done = { round, contender: contender.name, load: describeLoad(load), result };
  options.say(progressLine(done, rounds));
  return done;
};

const progressLine = ({ round, contender, load, result }: Turn, rounds: number): string => {
  const { deliveriesPerS, delivery, serverCpuSPerMillion, limits } = result;
  return [
    `${round}/${rounds} ${load.padEnd(16)} ${contender.padEnd(12)}`,
    `${(deliveriesPerS / 1e6).toFixed(3)} M/s`,
    `p50 ${delivery.p50Ms.toFixed(1)} ms, p99 ${delivery.p99Ms.toFixed(1)} ms`,
    `${serverCpuSPerMillion.toFixed(2)} CPU-s/M`,
    ...(limits.length === 0 ? [] : [`limit: ${limits.join(', ')}`]),
  ].join('  ');
};

const rotate = <T>(items: readonly T[], by: number): T[] => {
  const at = by % items.length;
  return [...items.slice(at), ...items.slice(0, at)];
};
