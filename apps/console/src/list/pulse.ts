/** Changes as a page wants them: at most one a frame, however many events come. */
import { signal, type ReadonlySignal } from '@preact/signals';

export interface Pulse {
  /** Read it where something is drawn of what has changed. */
  readonly beat: ReadonlySignal<number>;
  /** Something has changed. */
  touch(): void;
}

type Schedule = (call: () => void) => unknown;

/** A hidden page has no frames; what it shows when it is shown again must be right all the same. */
const nextFrame: Schedule = (call) =>
  document.visibilityState === 'visible' ? requestAnimationFrame(call) : setTimeout(call, 200);

export function createPulse(schedule: Schedule = nextFrame): Pulse {
  const beat = signal(0);
  let isDue = false;
  return {
    beat,
    touch() {
      if (isDue) return;
      isDue = true;
      schedule(() => {
        isDue = false;
        beat.value += 1;
      });
    },
  };
}
