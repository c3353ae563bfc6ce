/**
 * How much may be accepted so that what is accepted is not late. Nobody knows the capacity of a cluster;
 * its lag tells when it is exceeded. Open until the lag is too high, then a rate: cut by a part when it
 * is too high still, raised slowly when it is low, and gone when less than it is asked for.
 *
 * | lag         | open                                | limited                                      |
 * |-------------|-------------------------------------|----------------------------------------------|
 * | above high  | limited to a part of what came      | cut again, once the last cut has had its time |
 * | in between  | -                                   | -                                            |
 * | below low   | -                                   | raised; open again when nobody needs more     |
 */
import { TokenBucket } from './token-bucket.ts';

export interface AdaptiveLimitOptions {
  /** Above it less is accepted, ms; below half of it more. 0: never limited. */
  readonly lagMaxMs: number;
  /** It is never cut below this: a node that is late for its own reasons must not stop all. */
  readonly floorPerSecond: number;
  /** A clock that never steps back, ms. */
  readonly now: () => number;
}

export interface AdaptiveLimit {
  /** What may be accepted in a second; Infinity while there is no limit. */
  readonly perSecond: number;
  /** 0: accepted. Otherwise the milliseconds after which to come again. */
  take(): number;
  /** So many more came with the last one. */
  owe(count: number): void;
  /** The lag is this now. To be told several times a second, also while it is 0. */
  observe(lagMs: number): void;
}

/** A cut needs this long to be seen in the lag: what was accepted before it is still on its way. */
const settleMs = 500;
const cutMost = 0.4;
const cutLeast = 0.85;
/** Each second below the low mark. */
const raisePerSecond = 1.25;
/** Asked for less than this part of the limit for so long: nobody needs it. */
const unusedPart = 0.8;
const unusedMs = 2_000;
/** What may come at once, in seconds of the rate. */
const burstS = 0.1;
/** Over how long what was accepted is averaged. */
const averageMs = 500;

export function createAdaptiveLimit(options: AdaptiveLimitOptions): AdaptiveLimit {
  const { lagMaxMs, floorPerSecond, now } = options;
  let perSecond = Infinity;
  let bucket = new TokenBucket();
  let cutAtMs = -Infinity;
  let usedAtMs = 0;
  let acceptedPerSecond = 0;
  let accepted = 0;
  let refused = 0;
  let observedAtMs = now();

  const rate = () => ({ perSecond, burst: Math.max(1, perSecond * burstS) });
  const open = () => {
    perSecond = Infinity;
    bucket = new TokenBucket();
  };
  const cut = (lagMs: number, nowMs: number) => {
    if (nowMs - cutAtMs < settleMs) return;
    cutAtMs = nowMs;
    usedAtMs = nowMs;
    const part = Math.max(cutMost, Math.min(cutLeast, lagMaxMs / lagMs));
    perSecond = Math.max(floorPerSecond, Math.min(perSecond, acceptedPerSecond) * part);
  };
  const raise = (elapsedMs: number, nowMs: number) => {
    if (refused > 0 || acceptedPerSecond > perSecond * unusedPart) usedAtMs = nowMs;
    if (nowMs - usedAtMs >= unusedMs) return open();
    if (refused > 0) perSecond *= raisePerSecond ** (elapsedMs / 1_000);
  };
  const average = (elapsedMs: number) => {
    const weight = Math.min(1, elapsedMs / averageMs);
    acceptedPerSecond += ((accepted * 1_000) / elapsedMs - acceptedPerSecond) * weight;
  };
  return {
    get perSecond() {
      return perSecond;
    },
    take() {
      const waitMs = perSecond === Infinity ? 0 : bucket.take(now(), rate());
      if (waitMs > 0) refused += 1;
      else accepted += 1;
      return waitMs;
    },
    owe(count) {
      accepted += count;
      if (perSecond !== Infinity) bucket.owe(count, now(), rate());
    },
    observe(lagMs) {
      const nowMs = now();
      const elapsedMs = nowMs - observedAtMs;
      if (lagMaxMs === 0 || elapsedMs <= 0) return;
      observedAtMs = nowMs;
      average(elapsedMs);
      if (lagMs > lagMaxMs) cut(lagMs, nowMs);
      else if (perSecond !== Infinity && lagMs < lagMaxMs / 2) raise(elapsedMs, nowMs);
      accepted = 0;
      refused = 0;
    },
  };
}
