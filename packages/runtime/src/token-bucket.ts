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

/** Sums of fractions: what rounding adds, as a part of a token, must not cost the last one of a burst. */
const roundingPart = 1e-6;

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
    const excessMs = fullAtMs - nowMs - burst * tokenMs - tokenMs * roundingPart;
    if (excessMs > 0) return Math.ceil(excessMs);
    this.fullAtMs = fullAtMs;
    return 0;
  }

  /**
   * Takes a token that will be there within `waitMaxMs`: the milliseconds until then, 0 or more.
   * Undefined: it would take longer, and all was left as it was.
   */
  reserve(nowMs: number, { perSecond, burst }: Rate, waitMaxMs: number): number | undefined {
    if (perSecond === 0) return 0;
    const tokenMs = 1_000 / perSecond;
    const fullAtMs = Math.max(this.fullAtMs, nowMs) + tokenMs;
    const waitMs = Math.max(0, fullAtMs - nowMs - burst * tokenMs);
    if (waitMs > waitMaxMs + tokenMs * roundingPart) return undefined;
    this.fullAtMs = fullAtMs;
    return Math.min(waitMs, waitMaxMs);
  }

  /**
   * Takes so many more, there or not: who comes next waits for them, though for no more than
   * `waitMaxMs` of what is owed in all.
   */
  owe(count: number, nowMs: number, { perSecond, burst }: Rate, waitMaxMs = Infinity): void {
    if (perSecond === 0) return;
    const tokenMs = 1_000 / perSecond;
    const owedAtMs = Math.max(this.fullAtMs, nowMs) + count * tokenMs;
    const latestMs = nowMs + burst * tokenMs + waitMaxMs;
    this.fullAtMs = Math.max(this.fullAtMs, Math.min(owedAtMs, latestMs));
  }

  isFull(nowMs: number): boolean {
    return this.fullAtMs <= nowMs;
  }
}
