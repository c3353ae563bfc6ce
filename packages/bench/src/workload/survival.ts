/** Workloads that break something: the contenders come one after the other, each alone on the machine. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Asked } from '../bench-options.ts';
import type { StartContender } from '../contender/contender.ts';
import { startCrowdGenerator } from '../load/crowd-generator.ts';
import { describeSurvival, renderSurvival } from '../report/survival-table.ts';
import { unlessAborted } from '../stop-request.ts';
import {
  measureSurvival,
  type Fault,
  type Lane,
  type SurvivalOptions,
  type SurvivalTurn,
} from './survival-turn.ts';
import type { Workload, WorkloadSetting } from './workload.ts';

/** What the one before has left to the kernel and to Redis' disk is done by then. */
const restMs = 2000;

export const surviveWith = (fault: Fault, about: string): Workload => ({
  about,
  peers: ['switchboard', 'minimal', 'socket.io', 'socket.io-streams'],
  file: 'survival',
  run: async (setting) => {
    const turns: SurvivalTurn[] = [];
    const scale = readScale(setting.options.asked);
    for (const start of setting.contenders) {
      if (turns.length > 0) await delay(restMs, undefined, { signal: setting.signal });
      turns.push(await takeTurn(start, fault, { ...setting, scale }));
    }
    return { scale, rows: turns, table: renderSurvival(fault.name, turns) };
  },
});

type Scale = Pick<SurvivalOptions, 'clients' | 'roomSize' | 'ratePerS' | 'seconds'>;

const readScale = ({ clients, roomSize, rates, seconds }: Asked): Scale => ({
  clients: clients ?? 10_000,
  roomSize: roomSize ?? 100,
  ratePerS: rates?.[0] ?? 50,
  seconds: seconds ?? 45,
});

const takeTurn = async (
  start: StartContender,
  fault: Fault,
  { options, signal, say, scale }: WorkloadSetting & { scale: Scale },
): Promise<SurvivalTurn> => {
  const lane = await openLane(start, options.receivers, signal);
  try {
    const measured = measureSurvival(lane, fault, { ...scale, signal, say });
    const turn = await unlessAborted(measured, signal);
    say(describeSurvival(turn));
    return turn;
  } finally {
    await lane.generator.stop();
    await lane.contender.stop();
  }
};

const openLane = async (
  start: StartContender,
  holders: number,
  signal: AbortSignal,
): Promise<Lane> => {
  signal.throwIfAborted();
  const contender = await start(signal);
  if (contender.rooms !== undefined) {
    return { contender, rooms: contender.rooms, generator: startCrowdGenerator(holders) };
  }
  await contender.stop();
  throw new Error(`${contender.name} has no rooms, or no second node`);
};
