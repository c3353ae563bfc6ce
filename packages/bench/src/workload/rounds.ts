/**
 * Contenders side by side that take turns load by load, so that a slow minute of the machine hits all of
 * them. In every round everything is started anew, and another one begins.
 */
import type { BenchOptions } from '../bench-options.ts';
import type { Contender, StartContender } from '../contender/contender.ts';
import type { Flow } from '../load/flow.ts';
import { describeLoad, type LoadShape } from '../load/load-shape.ts';
import { awaitCalm } from '../measure/calm.ts';
import { unlessAborted } from '../stop-request.ts';
import { takeTurn, type Turn } from './turn.ts';
import { warmUp } from './warm-up.ts';

export interface RoundsPlan {
  options: Pick<BenchOptions, 'patienceS'>;
  contenders: readonly StartContender[];
  loads: readonly LoadShape[];
  seconds: number;
  rounds: number;
  signal: AbortSignal;
  say: (line: string) => void;
  /** Opens the load on a contender that runs. */
  openLoad(contender: Contender): Promise<OpenedLoad>;
  /** Progress: what a turn has found, in words. */
  describe(turn: Turn): readonly string[];
  /** Default: see `warmUp`. */
  warmUpLoad?: LoadShape | undefined;
  /** Default: that of posts. */
  nameLoad?: (load: LoadShape) => string;
}

export interface OpenedLoad {
  flow: Flow;
  stop(): Promise<void>;
}

interface Lane {
  contender: Contender;
  load: OpenedLoad;
}

export const runRounds = async (plan: RoundsPlan): Promise<Turn[]> => {
  const turns: Turn[] = [];
  for (let round = 1; round <= plan.rounds; round += 1) {
    turns.push(...(await runRound(plan, round)));
  }
  return turns;
};

const runRound = async (plan: RoundsPlan, round: number): Promise<Turn[]> => {
  const lanes: Lane[] = [];
  try {
    for (const start of plan.contenders) lanes.push(await openLane(start, plan));
    const turns: Turn[] = [];
    for (const load of plan.loads) {
      for (const lane of rotate(lanes, round - 1)) {
        await awaitCalm(plan.options.patienceS, plan.signal);
        turns.push(await runTurn(lane, load, { plan, round }));
      }
    }
    return turns;
  } finally {
    await Promise.all(lanes.map(closeLane));
  }
};

const openLane = async (start: StartContender, plan: RoundsPlan): Promise<Lane> => {
  const { signal, say } = plan;
  signal.throwIfAborted();
  const contender = await start(signal);
  let load: OpenedLoad | undefined;
  try {
    load = await unlessAborted(plan.openLoad(contender), signal);
    say(`${contender.name}: warming up`);
    await unlessAborted(warmUp(load.flow, signal, { load: plan.warmUpLoad }), signal);
    return { contender, load };
  } catch (error) {
    await load?.stop();
    await contender.stop();
    throw error;
  }
};

const closeLane = async ({ contender, load }: Lane): Promise<void> => {
  await load.stop();
  await contender.stop();
};

const runTurn = async (
  { contender, load: { flow } }: Lane,
  load: LoadShape,
  { plan, round }: { plan: RoundsPlan; round: number },
): Promise<Turn> => {
  const { seconds, signal, rounds, nameLoad = describeLoad } = plan;
  const turn = takeTurn(contender.processes, flow, { load, seconds, signal });
  const result = await unlessAborted(turn, signal);
  const done = { round, contender: contender.name, load: nameLoad(load), result };
  const limits = result.limits.length === 0 ? [] : [`limit: ${result.limits.join(', ')}`];
  plan.say(
    [
      `${round}/${rounds} ${done.load.padEnd(16)} ${done.contender.padEnd(12)}`,
      ...plan.describe(done),
      ...limits,
    ].join('  '),
  );
  return done;
};

const rotate = <T>(items: readonly T[], by: number): T[] => {
  const at = by % items.length;
  return [...items.slice(at), ...items.slice(0, at)];
};
