/** Time that passes only when it is told to, and chance that is planned. */
import type { Environment } from '../environment.ts';

interface Alarm {
  readonly atMs: number;
  readonly callback: () => void;
}

export interface FakeClock extends Pick<Environment, 'setTimeout' | 'clearTimeout' | 'now'> {
  /** Lets so much time pass; what is asynchronous comes to its end after each alarm. */
  advance(ms: number): Promise<void>;
  /** How many timers wait. */
  waiting(): number;
}

export function createFakeClock(): FakeClock {
  const alarms = new Map<number, Alarm>();
  let nowMs = 0;
  let count = 0;
  const nextBefore = (untilMs: number) => {
    let found: [number, Alarm] | undefined;
    for (const entry of alarms) {
      if (entry[1].atMs <= untilMs && (found === undefined || entry[1].atMs < found[1].atMs))
        found = entry;
    }
    return found;
  };
  return {
    now: () => nowMs,
    setTimeout(callback, ms) {
      alarms.set((count += 1), { atMs: nowMs + ms, callback });
      return count;
    },
    clearTimeout: (timer) => void alarms.delete(timer),
    waiting: () => alarms.size,
    async advance(ms) {
      const untilMs = nowMs + ms;
      await settled();
      for (let next = nextBefore(untilMs); next !== undefined; next = nextBefore(untilMs)) {
        alarms.delete(next[0]);
        nowMs = Math.max(nowMs, next[1].atMs);
        next[1].callback();
        await settled();
      }
      nowMs = untilMs;
    },
  };
}

/** All promises that can be settled without time have been. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
}
