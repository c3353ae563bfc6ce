/**
 * Looks after all follows of a process: opens them, settles their beginnings, and asks Redis
 * whether the quiet ones are where their logs are. A live copy can be lost without any sign; in a
 * quiet room no later event shows the hole.
 */
import { BusUnavailable, type Follow, type FollowListener } from '../contract.ts';
import { createFollow, type FollowDependencies, type KeptFollow } from './follow.ts';
import type { LogKeys } from './log-reader.ts';
import { slices } from '../redis/subscriber.ts';

export interface FollowKeeper {
  follow(log: LogKeys, listener: FollowListener): Follow;
  /** How many logs are followed. */
  readonly size: number;
  close(): void;
}

/** A log is quiet after one interval without an event, and is compared after the next. */
const QUIET_INTERVAL_MS = 10_000;
const DRIFT_INTERVAL_MS = 1_000;
/** A copy that is on its way comes within this time; one that does not was lost. */
const LATE_COPY_MS = 500;
const COMPARE_MAX_LOGS = 500;

export function createFollowKeeper(dependencies: FollowDependencies): FollowKeeper {
  const { reader, subscriber, counters } = dependencies;
  const follows = new Set<KeptFollow>();
  let quiet = new Set<KeptFollow>();
  let drifting: KeptFollow[] = [];
  let closed = false;
  const driftTimer = setInterval(settleDrifting, DRIFT_INTERVAL_MS).unref();
  let quietTimer = setTimeout(checkQuiet, jittered(QUIET_INTERVAL_MS)).unref();
  subscriber.onReconnect(() => void compareAll([...follows]));

  /** Those that began or lost their position at least one interval ago. */
  let driftedBefore: KeptFollow[] = [];
  function settleDrifting(): void {
    for (const follow of driftedBefore) follow.settleDrift();
    driftedBefore = drifting;
    drifting = [];
  }

  function checkQuiet(): void {
    const silent = [...follows].filter((follow) => !follow.takeActivity());
    const due = silent.filter((follow) => quiet.has(follow));
    // Compared every second interval: what is due now counts as just heard of.
    quiet = new Set(silent.filter((follow) => !quiet.has(follow)));
    void compareAll(due).finally(() => {
      if (!closed) quietTimer = setTimeout(checkQuiet, jittered(QUIET_INTERVAL_MS)).unref();
    });
  }

  async function compareAll(candidates: readonly KeptFollow[]): Promise<void> {
    const byPartition = Map.groupBy(candidates, (follow) => hashTag(follow.log.stream));
    for (const group of byPartition.values()) {
      for (const slice of slices(group, COMPARE_MAX_LOGS)) await compareSlice(slice);
    }
  }

  async function compareSlice(slice: readonly KeptFollow[]): Promise<void> {
    const comparable = slice.filter((follow) => follow.comparable && follows.has(follow));
    if (comparable.length === 0) return;
    const positions = comparable.map((follow) => follow.position);
    try {
      const behind = await reader.behind(comparable.map((follow) => follow.log), positions);
      for (const index of behind) lookLater(comparable[index] as KeptFollow, positions[index] as string);
    } catch (error) {
      // Redis is away: on its return everything is compared again.
      if (!(error instanceof BusUnavailable)) throw error;
    }
  }

  function lookLater(follow: KeptFollow, position: string): void {
    setTimeout(() => {
      if (!follows.has(follow) || follow.position !== position) return;
      counters.renewed++;
      subscriber.renew(follow.log.channel);
      follow.check();
    }, LATE_COPY_MS).unref();
  }

  return {
    get size() {
      return follows.size;
    },
    follow(log, listener) {
      const follow = createFollow(log, driftAware(listener, () => drifting.push(follow)), dependencies, (closing) => {
        follows.delete(closing);
        quiet.delete(closing);
      });
      follows.add(follow);
      // The drift of a beginning is settled a second after it is live, not after it was asked for.
      follow.ready.then(() => drifting.push(follow), () => follow.close());
      return follow;
    },
    close() {
      closed = true;
      clearInterval(driftTimer);
      clearTimeout(quietTimer);
      for (const follow of follows) follow.close();
    },
  };
}

function driftAware(listener: FollowListener, drifted: () => void): FollowListener {
  return {
    event: (event) => listener.event(event),
    ephemeral: (event) => listener.ephemeral(event),
    lost: () => {
      drifted();
      listener.lost();
    },
  };
}

function jittered(ms: number): number {
  return ms * (0.8 + Math.random() * 0.4);
}

function hashTag(key: string): string {
  return key.slice(key.indexOf('{') + 1, key.indexOf('}'));
}
