/** Keeps all follows of a process: opens them, settles their beginnings, has the quiet ones checked. */
import type { Follow, FollowListener } from '../contract.ts';
import { type FollowDependencies, LogFollow } from './follow.ts';
import type { LogKeys } from './log-reader.ts';
import { createQuietCheck } from './quiet-check.ts';

export interface FollowKeeper {
  follow(log: LogKeys, listener: FollowListener): Follow;
  /** How many logs are followed. */
  readonly size: number;
  close(): void;
}

const DRIFT_INTERVAL_MS = 1_000;

export function createFollowKeeper(dependencies: FollowDependencies): FollowKeeper {
  const follows = new Set<LogFollow>();
  /** Silent for one interval: compared after the next. */
  let quiet = new Set<LogFollow>();
  let drifting: LogFollow[] = [];
  /** Those that began or lost their position at least one interval ago. */
  let driftedBefore: LogFollow[] = [];
  let closed = false;
  const isOpen = (follow: LogFollow) => follows.has(follow);
  const check = createQuietCheck({ ...dependencies, isOpen });
  const driftTimer = setInterval(settleDrifting, DRIFT_INTERVAL_MS).unref();
  let quietTimer = scheduleQuietCheck();
  dependencies.subscriber.onReconnect(() => void check([...follows]));

  function settleDrifting(): void {
    for (const follow of driftedBefore) follow.settleDrift();
    driftedBefore = drifting;
    drifting = [];
  }

  function scheduleQuietCheck(): NodeJS.Timeout {
    return setTimeout(() => void checkQuiet(), jittered(dependencies.limits.quietMs)).unref();
  }

  async function checkQuiet(): Promise<void> {
    const silent = [...follows].filter((follow) => !follow.takeActivity());
    const due = silent.filter((follow) => quiet.has(follow));
    // Compared every second interval: what is due now counts as just heard of.
    quiet = new Set(silent.filter((follow) => !quiet.has(follow)));
    await check(due);
    if (!closed) quietTimer = scheduleQuietCheck();
  }

  function forget(follow: LogFollow): void {
    follows.delete(follow);
    quiet.delete(follow);
  }

  return {
    get size() {
      return follows.size;
    },
    follow(log, listener) {
      const drift = () => void drifting.push(follow);
      const follow = new LogFollow(log, driftAware(listener, drift), dependencies, forget);
      follows.add(follow);
      // A beginning is settled a second after it is live, not after it was asked for.
      follow.ready.then(drift, () => follow.close());
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
