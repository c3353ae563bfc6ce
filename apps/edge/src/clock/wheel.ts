/**
 * One timer for everything in this process that ends by itself: typing indicators, graces, tokens,
 * overdue answers. A timer per socket would cost memory for each of tens of thousands of sockets.
 */
export type Cancel = () => void;

export interface Wheel {
  /** Runs `task` once, not before `delayMs` and at most a tick later. Cancelling twice is harmless. */
  after(delayMs: number, task: () => void): Cancel;
  /** Forgets everything that is still waiting. */
  stop(): void;
}

export interface WheelOptions {
  /** Milliseconds between two looks at the clock. Default 50. */
  readonly tickMs?: number;
  /** A clock that never steps back, ms. Default `performance.now`. */
  readonly now?: () => number;
}

export function createWheel(options: WheelOptions = {}): Wheel {
  const { tickMs = 50, now = () => performance.now() } = options;
  const slots = new Map<number, Set<{ readonly task: () => void }>>();
  let turned = Math.floor(now() / tickMs);
  let interval: ReturnType<typeof setInterval> | undefined;

  const turn = () => {
    const current = Math.floor(now() / tickMs);
    while (turned < current) {
      turned += 1;
      runSlot(slots, turned);
    }
    if (slots.size === 0) rest();
  };
  const rest = () => {
    clearInterval(interval);
    interval = undefined;
  };
  const wake = () => {
    if (interval !== undefined) return;
    turned = Math.floor(now() / tickMs);
    interval = setInterval(turn, tickMs);
    interval.unref();
  };

  return {
    after(delayMs, task) {
      wake();
      const index = Math.max(Math.ceil((now() + delayMs) / tickMs), turned + 1);
      const slot = slots.get(index) ?? new Set();
      slots.set(index, slot);
      const entry = { task };
      slot.add(entry);
      return () => {
        slot.delete(entry);
        if (slot.size === 0 && slots.get(index) === slot) slots.delete(index);
      };
    },
    stop() {
      slots.clear();
      rest();
    },
  };
}

function runSlot(slots: Map<number, Set<{ readonly task: () => void }>>, index: number): void {
  const slot = slots.get(index);
  if (slot === undefined) return;
  slots.delete(index);
  // A task may cancel another one of the same slot: a Set leaves out what is deleted while it is walked.
  for (const { task } of slot) task();
}
