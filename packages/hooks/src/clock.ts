import { setTimeout as sleep } from 'node:timers/promises';

/** Time as the send hook knows it; tests play it. */
export interface Clock {
  /** Never goes back. */
  nowMs(): number;
  /** Ends after `ms`, or when `signal` is aborted. Never rejects. */
  wait(ms: number, signal?: AbortSignal): Promise<void>;
}

export const realClock: Clock = {
  nowMs: () => performance.now(),
  // What it rejects with is the abort, which the caller finds at the signal.
  wait: (ms, signal) =>
    sleep(ms, undefined, signal === undefined ? {} : { signal }).catch(() => {}),
};
