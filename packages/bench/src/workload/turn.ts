/** One turn: one contender carries one load for a while, and what happens is counted. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Contender } from '../contender/contender.ts';
import type { LoadGenerator, Losses } from '../load/load-generator.ts';
import type { LoadShape } from '../load/load-shape.ts';
import { meterCpu } from '../measure/cpu-meter.ts';
import { computeFigures, type Counted, type Figures } from '../measure/figures.ts';
import { drain } from './drain.ts';

export interface TurnOptions {
  load: LoadShape;
  seconds: number;
  subscribers: number;
  /** Chats that messages are spread over. */
  chats: number;
  signal: AbortSignal;
}

export interface TurnResult extends Figures {
  /** Part of what should have arrived that did, 0 to 1, once nothing more came. */
  delivered: number;
  /** How long deliveries went on after publishing had ended. */
  drainMs: number;
  /** Sockets that the server closed, by close code. */
  losses: Losses;
}

export interface Turn {
  round: number;
  contender: string;
  load: string;
  result: TurnResult;
}

const leadInMs = 1000;

/** Sockets that were lost in the turn before are opened again first. */
export const takeTurn = async (
  contender: Contender,
  generator: LoadGenerator,
  options: TurnOptions,
): Promise<TurnResult> => {
  const { load, subscribers, chats, signal } = options;
  await generator.reopen();
  const before = await generator.deliveries();
  await generator.publish({ load, chats, target: contender.publish });
  await delay(leadInMs, undefined, { signal });
  const counted = await count(contender, generator, options);
  const { accepted } = await generator.stopPublishing();
  const drained = await drain(generator, before + accepted * subscribers, signal);
  return {
    ...computeFigures(counted),
    delivered: (drained.deliveries - before) / (accepted * subscribers),
    drainMs: drained.tookMs,
    losses: await generator.takeLosses(),
  };
};

const count = async (
  contender: Contender,
  generator: LoadGenerator,
  { seconds, signal }: TurnOptions,
): Promise<Counted> => {
  await generator.take();
  const serverUse = await meterCpu(contender.processes);
  const generatorUse = await meterCpu(generator.processes);
  await delay(seconds * 1000, undefined, { signal });
  const [servers, own] = await Promise.all([serverUse(), generatorUse()]);
  const { published, received } = await generator.take();
  failOn(published.failed);
  return {
    elapsedS: mean(received.map(({ elapsedS }) => elapsedS)),
    deliveries: sum(received.map(({ deliveries }) => deliveries)),
    bytes: sum(received.map(({ bytes }) => bytes)),
    reads: sum(received.map(({ reads }) => reads)),
    accepted: published.accepted,
    refused: published.refused,
    deliveryLatency: received.map(({ latency }) => latency),
    answerLatency: [published.latency],
    servers,
    generator: own,
  };
};

const failOn = (failed: Record<number, number>): void => {
  const answers = Object.entries(failed).map(([status, times]) => `${times} × ${status}`);
  if (answers.length > 0) throw new Error(`posts were answered ${answers.join(', ')}`);
};

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);

const mean = (numbers: readonly number[]): number => sum(numbers) / numbers.length;
