/** Named timers. Moving one to a later time is cheap: it is done with every frame that comes. */
import type { Environment } from './environment.ts';

export interface Timers<Name> {
  /** Fires once after so long; a timer of this name is replaced. */
  set(name: Name, ms: number): void;
  clear(name: Name): void;
}

interface Timer {
  handle: unknown;
  /** When the platform's timer fires, and when it shall fire. */
  firesAtMs: number;
  dueAtMs: number;
}

type Clock = Pick<Environment, 'setTimeout' | 'clearTimeout' | 'now'>;

export function createTimers<Name>(clock: Clock, fire: (name: Name) => void): Timers<Name> {
  const timers = new Map<Name, Timer>();
  const arm = (name: Name, timer: Timer, ms: number) => {
    timer.firesAtMs = clock.now() + ms;
    timer.handle = clock.setTimeout(() => {
      const leftMs = timer.dueAtMs - clock.now();
      if (leftMs > 1) return arm(name, timer, leftMs);
      timers.delete(name);
      fire(name);
    }, ms);
  };
  const clear = (name: Name) => {
    const timer = timers.get(name);
    if (timer !== undefined) clock.clearTimeout(timer.handle as never);
    timers.delete(name);
  };
  return {
    set(name, ms) {
      const dueAtMs = clock.now() + ms;
      const running = timers.get(name);
      if (running !== undefined && running.firesAtMs <= dueAtMs) {
        running.dueAtMs = dueAtMs;
        return;
      }
      clear(name);
      const timer: Timer = { handle: undefined, firesAtMs: 0, dueAtMs };
      timers.set(name, timer);
      arm(name, timer, ms);
    },
    clear,
  };
}
