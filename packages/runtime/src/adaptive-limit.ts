/**
 * How much may be accepted so that what is accepted is not late. Nobody knows the capacity of a cluster;
 * its lag tells when it is exceeded. Open until the lag is too high, then a rate: cut by a part when it
 * is too high still, raised slowly when it is low, and gone when less than it is asked for.
 *
 * | lag         | open                                | limited                                      |
 * |-------------|-------------------------------------|----------------------------------------------|
 * | above high  | limited to a part of what came      | cut again, unless the lag is falling         |
 * | in between  | -                                   | -                                            |
 * | below low   | -                                   | raised; open again when nobody needs more     |
 */
import { TokenBucket } from './token-bucket.ts';

export interface AdaptiveLimitOptions {
  /** Above it less is accepted, ms; below half of it more. 0: never limited. */
  readonly lagMaxMs: number;
  /**
   * It is never cut below this, and so many may always come at once: a node that is late for its own
   * reasons, on a machine that others use up, must not stop those who ask for little.
   */
  readonly floorPerSecond: number;
  /** A clock that never steps back, ms. */
  readonly now: () => number;
}

export interface AdaptiveLimit {
  /** What may be accepted in a second; Infinity while there is no limit. */
  readonly perSecond: number;
  /**
   * Accepts what may wait so long, ms: gives the milliseconds after which it may go on, 0 or more.
   * Undefined: refused, because it would have to wait longer.
   */
  reserve(waitMaxMs: number): number | undefined;
  /** So many more came with the last one; others wait for them, though never longer than two seconds. */
  owe(count: number): void;
  /** The lag is this now. To be told several times a second, also while it is 0. */
  observe(lagMs: number): void;
}

/** A cut needs this long to be seen in the lag: what was accepted before it is still on its way. */
const settleMs = 500;
/** What is on its way drains: while the lag falls to this part in that time, nothing more is cut. */
const drainingPart = 0.8;
/**
 * The lag grows by what comes beyond what is carried: at `g` seconds in a second 1/(1+g) of it is carried.
 * A little less is taken, so that what waits is worked off.
 */
const carriedPart = 0.8;
const cutMost = 0.1;
const cutLeast = 0.85;
/** It is not cut below this part of what came when it began; the part shrinks while that does not help. */
const floorPart = 0.1;
/** Each second below the low mark: fast up to a part of what came when it began, then slowly. */
const raiseFast = 3;
const raiseSlow = 1.25;
const fastPart = 0.4;
/** Asked for less than this part of the limit for so long: nobody needs it. */
const unusedPart = 0.8;
const unusedMs = 2_000;
/** What may come at once, in seconds of the rate; and what many in one call may take beyond it. */
const burstS = 0.1;
const owedMaxS = 2;
/** Over how long what was accepted is averaged. */
const averageMs = 500;

export function createAdaptiveLimit(options: AdaptiveLimitOptions): AdaptiveLimit {
  const { lagMaxMs, floorPerSecond, now } = options;
  let perSecond = Infinity;
  let bucket = new TokenBucket();
  /** What came in a second when it was limited. */
  let cameAtFirst = 0;
  let cutAtMs = 0;
  let lagAtCutMs = 0;
  let lagBeforeMs = 0;
  /** Seconds of lag in a second, at the last look. */
  let growth = 0;
  let usedAtMs = 0;
  let acceptedPerSecond = 0;
  let accepted = 0;
  let heldUp = 0;
  let observedAtMs = now();

  const rate = () => ({ perSecond, burst: Math.max(1, floorPerSecond, perSecond * burstS) });
  const open = () => {
    perSecond = Infinity;
    bucket = new TokenBucket();
  };
  const close = (lagMs: number, nowMs: number) => {
    cameAtFirst = acceptedPerSecond;
    usedAtMs = nowMs;
    cutTo(acceptedPerSecond, lagMs, nowMs);
  };
  const cutTo = (from: number, lagMs: number, nowMs: number) => {
    const part = Math.max(cutMost, Math.min(cutLeast, carriedPart / (1 + Math.max(0, growth))));
    perSecond = Math.max(floorPerSecond, cameAtFirst * floorPart, from * part);
    cutAtMs = nowMs;
    lagAtCutMs = lagMs;
  };
  const cutAgain = (lagMs: number, nowMs: number) => {
    if (nowMs - cutAtMs < settleMs) return;
    const isDraining = lagMs < lagAtCutMs * drainingPart;
    cutAtMs = nowMs;
    lagAtCutMs = lagMs;
    if (isDraining) return;
    if (perSecond <= cameAtFirst * floorPart) cameAtFirst *= cutLeast;
    cutTo(Math.min(perSecond, Math.max(acceptedPerSecond, perSecond / 2)), lagMs, nowMs);
  };
  const raise = (elapsedMs: number, nowMs: number) => {
    if (heldUp > 0 || acceptedPerSecond > perSecond * unusedPart) usedAtMs = nowMs;
    if (nowMs - usedAtMs >= unusedMs) return open();
    if (heldUp === 0) return;
    const factor = perSecond < cameAtFirst * fastPart ? raiseFast : raiseSlow;
    perSecond *= factor ** (elapsedMs / 1_000);
  };
  const average = (elapsedMs: number) => {
    const weight = Math.min(1, elapsedMs / averageMs);
    acceptedPerSecond += ((accepted * 1_000) / elapsedMs - acceptedPerSecond) * weight;
  };
  return {
    get perSecond() {
      return perSecond;
    },
    reserve(waitMaxMs) {
      const waitMs = perSecond === Infinity ? 0 : bucket.reserve(now(), rate(), waitMaxMs);
      if (waitMs !== 0) heldUp += 1;
      if (waitMs !== undefined) accepted += 1;
      return waitMs;
    },
    owe(count) {
      accepted += count;
      if (perSecond === Infinity) return;
      bucket.owe(Math.min(count, perSecond * owedMaxS), now(), rate());
    },
    observe(lagMs) {
      const nowMs = now();
      const elapsedMs = nowMs - observedAtMs;
      if (lagMaxMs === 0 || elapsedMs <= 0) return;
      observedAtMs = nowMs;
      average(elapsedMs);
      growth = (lagMs - lagBeforeMs) / elapsedMs;
      lagBeforeMs = lagMs;
      if (lagMs > lagMaxMs) (perSecond === Infinity ? close : cutAgain)(lagMs, nowMs);
      else if (perSecond !== Infinity && lagMs < lagMaxMs / 2) raise(elapsedMs, nowMs);
      accepted = 0;
      heldUp = 0;
    },
  };
}
