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
const OWED_CHECK_MS = 200;

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
  /** To be compared as soon as Redis answers: commands may be back later than subscriptions. */
  const owed = new Set<LogFollow>();
  let owedTimer: NodeJS.Timeout | undefined;
  dependencies.subscriber.onReconnect(() => void checkSoon([...follows]));

  async function checkSoon(due: readonly LogFollow[]): Promise<void> {
    for (const follow of await check(due)) owed.add(follow);
    if (owed.size === 0 || closed) return;
    owedTimer ??= setTimeout(() => void checkOwed(), OWED_CHECK_MS).unref();
  }

  async function checkOwed(): Promise<void> {
    owedTimer = undefined;
    const due = [...owed].filter(isOpen);
    owed.clear();
    await checkSoon(due);
  }

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
    await checkSoon(due);
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
      clearTimeout(owedTimer);
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
