/** How late the event loop of this process is: what arrives waits for so long before it is looked at. */
import { monitorEventLoopDelay } from 'node:perf_hooks';

export interface LoopLag {
  start(): void;
  /** The mean lag since the last call, whole ms, 0 or more. To be called every `everyMs`. */
  take(): number;
  stop(): void;
}

const resolutionMs = 20;

/** @param everyMs how often `take` is going to be called by a timer */
export function createLoopLag(everyMs: number): LoopLag {
  const delays = monitorEventLoopDelay({ resolution: resolutionMs });
  let takenAtMs = 0;
  return {
    start() {
      delays.enable();
      takenAtMs = performance.now();
    },
    take() {
      const nowMs = performance.now();
      // A loop that was blocked all the time has measured nothing: then this very call is late.
      const ownLateMs = nowMs - takenAtMs - everyMs;
      takenAtMs = nowMs;
      const lagMs = Math.max(meanDelayMs(delays), ownLateMs, 0);
      delays.reset();
      return Math.round(lagMs);
    },
    stop: () => void delays.disable(),
  };
}

function meanDelayMs(delays: { readonly mean: number }): number {
  // The monitor's own resolution is part of what it measures.
  const ms = delays.mean / 1e6 - resolutionMs;
  return Number.isFinite(ms) ? ms : 0;
}
