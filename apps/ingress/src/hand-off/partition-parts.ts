/** What the two lanes of a partition share: those of events that wait, and of chats that are parked. */
import type { HeldOutbox, OutboxEvent } from '@switchboard/bus';
import type { Lane } from './batch.ts';
import type { DeliveryTimes } from './times.ts';
import type { Failing, Verdict } from './verdict.ts';

/** The worker stops, or has lost its lease: nothing more is to be sent. */
export class DeliveryStopped extends Error {
  override readonly name = 'DeliveryStopped';
}

/** When the backend has last taken something, whatever partition or chat it was of. */
export interface Takings {
  /** On `monotonicMs`. */
  lastMs: number;
}

export interface PartitionParts {
  readonly held: HeldOutbox;
  /** One call of the backend. Rejects with DeliveryStopped. */
  readonly send: (events: readonly OutboxEvent[]) => Promise<Verdict>;
  /** Of all partitions of this process. */
  readonly takings: Takings;
  readonly times: DeliveryTimes;
  readonly batchMaxEvents: number;
  /** An event of a parked chat that was tried for so long in vain is given up. */
  readonly retryMaxMs: number;
  /** Never steps, ms. */
  readonly monotonicMs: () => number;
  /** By the clock of Redis: ms since the epoch. */
  readonly nowMs: () => number;
  /** From 0 to 1. */
  readonly random: () => number;
  readonly measurements: DeliveryMeasurements;
}

export interface DeliveryMeasurements {
  /** Events that the backend has. */
  delivered(events: number): void;
  parked(chatId: Lane, failing: Failing): void;
  buried(event: OutboxEvent, verdict: Exclude<Verdict, { kind: 'delivered' }>): void;
}

/** What one lane does next. Gives how long there is nothing to do, ms. */
export type LaneStep = () => Promise<number>;

/** Dead letters are full: whatever the backend says of the event, it stays where it is. */
export function fullOf(verdict: Exclude<Verdict, { kind: 'delivered' }>): Failing {
  const { status } = verdict.failure;
  const reason = 'too many dead letters';
  const failure = { reason, ...(status !== undefined && { status }) };
  return { kind: 'failing', why: 'full', failure };
}
