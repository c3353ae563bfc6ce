/**
 * The moments at which an open load is due: exact multiples of its interval from the start on, however late the
 * timer comes. What nobody is free for waits in order and keeps its moment (no coordinated omission).
 */
const paceMs = 1;

export class DueMoments {
  readonly #nowUs: () => number;
  readonly #take: (intendedUs: number) => boolean;
  /** Moments that came and were not taken yet; taken from the front by index. */
  #due: number[] = [];
  #taken = 0;
  #isStopped = false;
  #timer: NodeJS.Timeout | undefined;

  /** @param take uses the moment at once, or gives false: nobody is free */
  constructor(nowUs: () => number, take: (intendedUs: number) => boolean) {
    this.#nowUs = nowUs;
    this.#take = take;
  }

  /** The first moment is one interval from now. To be called once at most. */
  start(ratePerS: number): void {
    const startUs = this.#nowUs();
    let come = 0;
    this.#timer = setInterval(() => {
      const comeNow = Math.floor(((this.#nowUs() - startUs) * ratePerS) / 1e6);
      for (; come < comeNow; come += 1) this.#due.push(startUs + ((come + 1) * 1e6) / ratePerS);
      this.drain();
    }, paceMs);
  }

  /** Has due moments taken while somebody is free; to be called when somebody is free again. */
  drain(): void {
    while (this.#taken < this.#due.length && !this.#isStopped) {
      const intendedUs = this.#due[this.#taken] as number;
      // Counted before: whoever takes it may be free again at once, and drain from within.
      this.#taken += 1;
      if (!this.#take(intendedUs)) {
        this.#taken -= 1;
        return;
      }
    }
    this.#due = [];
    this.#taken = 0;
  }

  /** Nothing is taken any more, not even what waits. */
  stop(): void {
    this.#isStopped = true;
    clearInterval(this.#timer);
  }
}
