/** A pause that whoever has something to do may end early. */

export interface Pause {
  /** Ends the wait that is under way, or the next one before it begins. */
  end(): void;
  wait(ms: number): Promise<void>;
}

export function createPause(): Pause {
  let isEnded = false;
  let wake: (() => void) | undefined;
  return {
    end() {
      isEnded = true;
      wake?.();
    },
    async wait(ms) {
      if (!isEnded && ms > 0) {
        const { promise, resolve } = Promise.withResolvers<void>();
        const timer = setTimeout(resolve, ms);
        wake = resolve;
        await promise;
        clearTimeout(timer);
        wake = undefined;
      }
      isEnded = false;
    },
  };
}
