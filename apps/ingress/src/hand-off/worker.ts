/**
 * The delivery of this process: takes its part of the partitions, as many as each of those who live, and gives
 * those back that are too many when another one comes.
 */
import type { Outbox } from '@switchboard/bus';
import {
  type PartitionWorker,
  type PartitionWorkerOptions,
  startPartitionWorker,
} from './partition-worker.ts';
import { createPause } from './pause.ts';

export interface WorkerOptions extends Omit<PartitionWorkerOptions, 'onWork' | 'takings'> {
  readonly workerId: string;
  readonly outbox: Pick<Outbox, 'partitions' | 'enroll' | 'leave' | 'acquire' | 'onWork'>;
}

export interface Worker {
  /** Partitions that it delivers. */
  readonly size: number;
  /** Finishes what is under way, gives its partitions back, and takes no more. */
  stop(): Promise<void>;
}

export function startWorker(options: WorkerOptions): Worker {
  const { outbox, workerId, times, random, onError } = options;
  const pause = createPause();
  const takings = { lastMs: -Infinity };
  const own = new Map<number, PartitionWorker>();
  let isStopping = false;

  async function take(partition: number): Promise<void> {
    const askedMs = options.monotonicMs();
    const held = await outbox.acquire(partition, workerId, times.leaseMs);
    if (held === undefined) return;
    const { onWork } = outbox;
    const worker = startPartitionWorker(held, askedMs, { ...options, onWork, takings });
    own.set(partition, worker);
    void worker.ended.then(() => own.delete(partition));
  }
  async function shareOut(): Promise<void> {
    const living = await outbox.enroll(workerId, times.leaseMs);
    const share = Math.ceil(outbox.partitions / living);
    const surplus = [...own.values()].slice(share);
    await Promise.all(surplus.map((worker) => worker.stop()));
    for (const partition of shuffled(outbox.partitions, random)) {
      if (isStopping || own.size >= share) return;
      if (!own.has(partition)) await take(partition);
    }
  }
  async function run(): Promise<void> {
    while (!isStopping) {
      await shareOut().catch(onError);
      if (!isStopping) await pause.wait(times.shareMs);
    }
    await Promise.all([...own.values()].map((worker) => worker.stop()));
    await outbox.leave(workerId).catch(onError);
  }
  const ended = run();
  return {
    get size() {
      return own.size;
    },
    async stop() {
      isStopping = true;
      pause.end();
      await ended;
    },
  };
}

/** All partitions in any order: those who look for one at the same time look at different ones. */
function shuffled(partitions: number, random: () => number): number[] {
  return Array.from({ length: partitions }, (_, partition) => ({ partition, key: random() }))
    .toSorted((a, b) => a.key - b.key)
    .map(({ partition }) => partition);
}
