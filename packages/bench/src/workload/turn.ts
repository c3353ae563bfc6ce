/** One turn: one contender carries one load for a while, and what happens is counted. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Flow } from '../load/flow.ts';
import type { Losses } from '../load/load-generator.ts';
import type { LoadShape } from '../load/load-shape.ts';
import type { Published } from '../load/publishing.ts';
import { addCounts, sum } from '../load/sum.ts';
import { meterCpu, type Measured } from '../measure/cpu-meter.ts';
import { computeFigures, type Counted, type Figures } from '../measure/figures.ts';
import { residentBytesOf } from '../measure/memory.ts';
import { drain } from './drain.ts';

export interface TurnOptions {
  load: LoadShape;
  seconds: number;
  signal: AbortSignal;
}

export interface TurnResult extends Figures {
  /** Part of what should have arrived that did, 0 to 1, once nothing more came; 1 where nothing should. */
  delivered: number;
  /** How long deliveries went on after publishing had ended. */
  drainMs: number;
  /** Sockets that the server closed, by close code. */
  losses: Losses;
  /** Memory that all server processes held at the end, Redis included. */
  residentMiB: number;
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
  servers: readonly Measured[],
  flow: Flow,
  options: TurnOptions,
): Promise<TurnResult> => {
  await flow.reopen();
  const before = await flow.deliveries();
  await flow.start(options.load);
  await delay(leadInMs, undefined, { signal: options.signal });
  const counted = await count(servers, flow, options);
  const { accepted } = await flow.stop();
  const due = accepted * flow.copies;
  const drained = await drain(flow, before + due, options.signal);
  return {
    ...computeFigures(counted),
    delivered: due === 0 ? 1 : (drained.deliveries - before) / due,
    drainMs: drained.tookMs,
    losses: await flow.takeLosses(),
    residentMiB: (await residentBytesOf(servers)) / 2 ** 20,
  };
};

const count = async (
  processes: readonly Measured[],
  flow: Flow,
  { seconds, signal }: TurnOptions,
): Promise<Counted> => {
  await flow.take();
  const serverUse = await meterCpu(processes);
  const generatorUse = await meterCpu(flow.processes);
  await delay(seconds * 1000, undefined, { signal });
  const [servers, own] = await Promise.all([serverUse(), generatorUse()]);
  const { published, received } = await flow.take();
  failOn(published);
  return {
    elapsedS: mean([...published, ...received].map(({ elapsedS }) => elapsedS)),
    deliveries: sum(received.map(({ deliveries }) => deliveries)),
    bytes: sum(received.map(({ bytes }) => bytes)),
    reads: sum(received.map(({ reads }) => reads)),
    accepted: sum(published.map(({ accepted }) => accepted)),
    refused: sum(published.map(({ refused }) => refused)),
    deliveryLatency: received.map(({ latency }) => latency),
    answerLatency: published.map(({ latency }) => latency),
    servers,
    generator: own,
  };
};

const failOn = (published: readonly Published[]): void => {
  const failed = addCounts(published.map(({ failed }) => failed));
  const answers = Object.entries(failed).map(([status, times]) => `${times} × ${status}`);
  if (answers.length > 0) throw new Error(`messages were answered ${answers.join(', ')}`);
};

const mean = (numbers: readonly number[]): number => sum(numbers) / numbers.length;
