/** Whether an edge shall be drained: asked twice, for a drained edge does not come back by itself. */
import { signal, type ReadonlySignal } from '@preact/signals';

export interface DrainQuestion {
  readonly isAsked: ReadonlySignal<boolean>;
  /** Why the last drain was not taken; empty when it was, and whenever it is asked anew. */
  readonly problem: ReadonlySignal<string>;
  ask(): void;
  keep(): void;
  drain(): Promise<void>;
}

/** @param drain resolves with what went wrong, or with nothing */
export function createDrainQuestion(drain: () => Promise<string>): DrainQuestion {
  const isAsked = signal(false);
  const problem = signal('');
  /** An answer that comes after `keep` is no longer waited for. */
  let turn = 0;
  const begin = (asked: boolean) => {
    turn += 1;
    isAsked.value = asked;
    problem.value = '';
    return turn;
  };
  return {
    isAsked,
    problem,
    ask: () => void begin(true),
    keep: () => void begin(false),
    async drain() {
      const own = begin(true);
      const found = await drain();
      if (own !== turn) return;
      problem.value = found;
      isAsked.value = found !== '';
    },
  };
}
