/**
 * Delivers one partition's outbox for as long as it holds the lease. Nothing is sent when the lease may be over:
 * another worker may have begun where this one was held up.
 */
import { type HeldOutbox, OutboxLeaseLost } from '@switchboard/bus';
import type { HookCaller } from '@switchboard/hooks';
import { batchOf } from './batch.ts';
import { createParkedLane } from './parked-lane.ts';
import { DeliveryStopped, type LaneStep, type PartitionParts } from './partition-parts.ts';
import { createPause, type Pause } from './pause.ts';
import { judgeBatch } from './verdict.ts';
import { createWaitingLane } from './waiting-lane.ts';

export interface PartitionWorkerOptions extends Omit<PartitionParts, 'send' | 'held'> {
  readonly caller: Pick<HookCaller, 'call'>;
  /** Of one call. */
  readonly timeoutMs: number;
  readonly onCall: (reply: Awaited<ReturnType<HookCaller['call']>>, durationMs: number) => void;
  readonly onWork: (partition: number, listener: () => void) => () => void;
  readonly onError: (error: unknown) => void;
}

export interface PartitionWorker {
  readonly partition: number;
  /** Resolves when it delivers nothing any more: it was stopped, or has lost its lease. */
  readonly ended: Promise<void>;
  /** Lets the calls under way end, within a bound, and gives the lease back. */
  stop(): Promise<void>;
}

/** What follows a failure of Redis, or of ours. */
const AFTER_FAILURE_MS = 1_000;

/** What ends a delivery, from within or from without. */
interface Course {
  readonly signal: AbortSignal;
  readonly isStopping: boolean;
  /** The lease is another's, or may be. */
  readonly isLost: boolean;
  /** Nothing more is begun. */
  finish(): void;
  /** What is under way is given up, too. */
  cut(): void;
  lose(): void;
}

function createCourse(onFinish: () => void): Course {
  const cutting = new AbortController();
  let isStopping = false;
  let isLost = false;
  const finish = () => {
    isStopping = true;
    onFinish();
  };
  return {
    signal: cutting.signal,
    get isStopping() {
      return isStopping;
    },
    get isLost() {
      return isLost;
    },
    finish,
    cut: () => cutting.abort(),
    lose() {
      isLost = true;
      finish();
      cutting.abort();
    },
  };
}

/** @param heldSinceMs when the lease was asked for, on `monotonicMs` */
export function startPartitionWorker(
  held: HeldOutbox,
  heldSinceMs: number,
  options: PartitionWorkerOptions,
): PartitionWorker {
  const { times, onError } = options;
  const pauses = [createPause(), createPause()];
  const course = createCourse(() => pauses.forEach((pause) => pause.end()));
  const lease = keepLease(held, heldSinceMs, course, options);
  const parts: PartitionParts = { ...options, held, send: createSend(course, lease, options) };
  const waiting = createWaitingLane(parts);
  const parked = createParkedLane(parts, waiting);
  const endWork = options.onWork(held.partition, () => pauses[0]?.end());
  const lanes = [waiting.step, parked.step].map((step, index) =>
    runLane(step, pauses[index] as Pause, course, options),
  );

  async function run(): Promise<void> {
    await Promise.all(lanes);
    await parked.finish();
    lease.end();
    endWork();
    if (!course.isLost) await held.release().catch(onError);
  }
  const ended = run();
  return {
    partition: held.partition,
    ended,
    async stop() {
      course.finish();
      const cutting = setTimeout(course.cut, times.finishMs);
      await ended;
      clearTimeout(cutting);
    },
  };
}

interface Lease {
  /** False: it may be over. */
  isValid(): boolean;
  /** Renews it no more. */
  end(): void;
}

function keepLease(
  held: HeldOutbox,
  heldSinceMs: number,
  course: Course,
  { times, monotonicMs, onError }: PartitionWorkerOptions,
): Lease {
  let validUntilMs = heldSinceMs + times.leaseMs;
  const isValid = () => monotonicMs() < validUntilMs;
  async function renew(): Promise<void> {
    const askedMs = monotonicMs();
    try {
      await held.renew(times.leaseMs);
      validUntilMs = askedMs + times.leaseMs;
    } catch (error) {
      if (course.isLost) return;
      onError(error);
      if (error instanceof OutboxLeaseLost || !isValid()) course.lose();
    }
  }
  const renewing = setInterval(() => void renew(), times.renewMs);
  return { isValid, end: () => clearInterval(renewing) };
}

function createSend(
  course: Course,
  lease: Lease,
  { caller, timeoutMs, onCall, monotonicMs, takings }: PartitionWorkerOptions,
): PartitionParts['send'] {
  return async (events) => {
    if (!lease.isValid()) course.lose();
    if (course.isStopping) throw new DeliveryStopped('the delivery has been stopped');
    const startedMs = monotonicMs();
    const reply = await caller.call({ ...batchOf(events), timeoutMs, signal: course.signal });
    onCall(reply, monotonicMs() - startedMs);
    const verdict = judgeBatch(reply);
    if (verdict === undefined) throw new DeliveryStopped('the call was given up');
    if (verdict.kind !== 'failing') takings.lastMs = monotonicMs();
    return verdict;
  };
}

async function runLane(
  step: LaneStep,
  pause: Pause,
  course: Course,
  { onError }: PartitionWorkerOptions,
): Promise<void> {
  while (!course.isStopping) {
    try {
      await pause.wait(await step());
    } catch (error) {
      if (!(error instanceof DeliveryStopped)) onError(error);
      if (error instanceof OutboxLeaseLost) course.lose();
      await pause.wait(AFTER_FAILURE_MS);
    }
  }
}
