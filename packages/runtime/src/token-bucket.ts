/**
 * A token bucket in one number (GCRA): the moment at which it will be full again. So many of them fit
 * into memory, none needs a timer, and one that is full is the same as one that never was.
 */

/** So many in a second on average, and up to `burst` at once. */
export interface Rate {
  /** 0: no limit. */
  readonly perSecond: number;
  /** At least 1. */
  readonly burst: number;
}

export class TokenBucket {
  /** By the caller's clock, ms; in the past: it is full. */
  private fullAtMs = 0;

  /**
   * Takes a token: 0. Or leaves all as it was and gives the milliseconds until there is one.
   * @param nowMs by a clock that never steps back, ms
   */
  take(nowMs: number, { perSecond, burst }: Rate): number {
    if (perSecond === 0) return 0;
    const tokenMs = 1_000 / perSecond;
    const fullAtMs = Math.max(this.fullAtMs, nowMs) + tokenMs;
    const excessMs = fullAtMs - nowMs - burst * tokenMs;
    // A sum of fractions: what rounding adds must not cost the last token of a burst.
    if (excessMs > tokenMs * 1e-6) return Math.ceil(excessMs);
    this.fullAtMs = fullAtMs;
    return 0;
  }

  /** Takes so many more, there or not: who comes next waits for them. */
  owe(count: number, nowMs: number, { perSecond }: Rate): void {
    if (perSecond > 0) this.fullAtMs = Math.max(this.fullAtMs, nowMs) + (count * 1_000) / perSecond;
  }

  isFull(nowMs: number): boolean {
    return this.fullAtMs <= nowMs;
  }
}
