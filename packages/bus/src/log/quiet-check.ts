/**
 * Asks Redis whether followers are where their logs are. A live copy can be lost without any sign,
 * and in a quiet room no later event shows the hole.
 */
import { BusUnavailable } from '../contract.ts';
import type { FollowCounters, LogFollow } from './follow.ts';
import type { LogReader } from './log-reader.ts';
import { hashTag } from '../redis/keys.ts';
import { slices } from '../redis/slices.ts';
import type { Subscriber } from '../redis/subscriber.ts';

export interface QuietCheckDependencies {
  readonly reader: LogReader;
  readonly subscriber: Subscriber;
  readonly counters: FollowCounters;
  /** False once a follow is closed. */
  readonly isOpen: (follow: LogFollow) => boolean;
}

/** A copy that is on its way comes within this time; one that does not was lost. */
const LATE_COPY_MS = 500;
const COMPARE_MAX_LOGS = 500;

/** Compares follows with their logs, one script per 500 logs of a partition, and mends those behind. */
export function createQuietCheck({ reader, subscriber, counters, isOpen }: QuietCheckDependencies) {
  async function compareSlice(slice: readonly LogFollow[]): Promise<void> {
    const comparable = slice.filter((follow) => follow.comparable && isOpen(follow));
    if (comparable.length === 0) return;
    const positions = comparable.map((follow) => follow.position);
    const behind = await reader.behind(
      comparable.map((follow) => follow.log),
      positions,
    );
    for (const index of behind)
      mendLater(comparable[index] as LogFollow, positions[index] as string);
  }

  /** Still at the same place after a while: its subscription is dead. */
  function mendLater(follow: LogFollow, position: string): void {
    setTimeout(() => {
      if (!isOpen(follow) || follow.position !== position) return;
      counters.renewed++;
      subscriber.renew(follow.log.channel);
      follow.check();
    }, LATE_COPY_MS).unref();
  }

  /** False when Redis is away. */
  async function tryCompare(slice: readonly LogFollow[]): Promise<boolean> {
    try {
      await compareSlice(slice);
      return true;
    } catch (error) {
      if (error instanceof BusUnavailable) return false;
      counters.malformed++;
      return true;
    }
  }

  /** Resolves to those that could not be compared, because Redis (or their shard of it) is away. */
  return async function check(follows: readonly LogFollow[]): Promise<LogFollow[]> {
    const byPartition = Map.groupBy(follows, (follow) => hashTag(follow.log.stream));
    const left: LogFollow[] = [];
    for (const group of byPartition.values()) {
      for (const slice of slices(group, COMPARE_MAX_LOGS)) {
        if (!(await tryCompare(slice))) left.push(...slice);
      }
    }
    return left;
  };
}
