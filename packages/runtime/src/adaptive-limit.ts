/**
 * How much may be accepted so that what is accepted is not late. Nobody knows the capacity of a cluster;
 * its lag tells when it is exceeded, and how fast the lag grows tells what is carried: of what comes,
 * 1/(1+g) while it grows by `g` seconds in a second.
 *
 * | lag          | open                       | limited                                          |
 * |--------------|----------------------------|--------------------------------------------------|
 * | above target | limited to what is carried | to what is carried, never to more than before    |
 * | below it     | -                          | raised by the room that is left, while asked for |
 *
 * What is carried counts less what works the excess off in a second. It is open again when nobody needs it.
 */
import { TokenBucket } from './token-bucket.ts';

export interface AdaptiveLimitOptions {
  /** The lag that it steers to when more comes than is carried, ms. 0: never limited. */
  readonly targetLagMs: number;
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
  /** The lag is this now. To be told about ten times a second, also while it is 0. */
  observe(lagMs: number): void;
}

/** Over how long an excess of lag is worked off: shorter, and it swings, because lag is told late. */
const horizonMs = 1_000;
/** By how much it is cut or raised at most in one look of `lookMs`. */
const cutMost = 0.5;
const raiseMost = 0.1;
const lookMs = 250;
/** Over how long what was accepted, and what is carried, are averaged. */
const averageMs = 330;
/** A lag that falls faster than this tells nothing of what is carried: events were lost or left out. */
const growthLeast = -0.8;
/** Asked for less than this part of the limit for so long: nobody needs it. */
const unusedPart = 0.8;
const unusedMs = 2_000;
/** What may come at once, in seconds of the rate. */
const burstS = 0.1;
/** How long others wait for those that came many in a call, however many such calls come at a time. */
const owedMaxMs = 2_000;

export function createAdaptiveLimit(options: AdaptiveLimitOptions): AdaptiveLimit {
  const { targetLagMs, floorPerSecond, now } = options;
  let perSecond = Infinity;
  let bucket = new TokenBucket();
  let accepted = 0;
  let heldUp = 0;
  let acceptedPerSecond = 0;
  let carriedPerSecond = 0;
  let lagBeforeMs = 0;
  let usedAtMs = 0;
  let observedAtMs = now();

  const rate = () => ({ perSecond, burst: Math.max(1, floorPerSecond, perSecond * burstS) });
  const average = (lagMs: number, elapsedMs: number) => {
    const weight = Math.min(1, elapsedMs / averageMs);
    acceptedPerSecond += ((accepted * 1_000) / elapsedMs - acceptedPerSecond) * weight;
    const growth = Math.max(growthLeast, (lagMs - lagBeforeMs) / elapsedMs);
    carriedPerSecond += (acceptedPerSecond / (1 + growth) - carriedPerSecond) * weight;
  };
  const cut = (lagMs: number) => {
    const excess = Math.min(cutMost, (lagMs - targetLagMs) / horizonMs);
    perSecond = Math.max(floorPerSecond, Math.min(perSecond, carriedPerSecond * (1 - excess)));
  };
  const raise = (lagMs: number, elapsedMs: number) => {
    const room = 1 - lagMs / targetLagMs;
    perSecond *= 1 + (raiseMost * room * elapsedMs) / lookMs;
  };
  const open = () => {
    perSecond = Infinity;
    bucket = new TokenBucket();
  };
  const adjust = (lagMs: number, elapsedMs: number, nowMs: number) => {
    const isUsed = heldUp > 0 || acceptedPerSecond > perSecond * unusedPart;
    if (isUsed || perSecond === Infinity) usedAtMs = nowMs;
    if (lagMs > targetLagMs) cut(lagMs);
    else if (nowMs - usedAtMs >= unusedMs) open();
    else if (heldUp > 0) raise(lagMs, elapsedMs);
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
      if (perSecond !== Infinity) bucket.owe(count, now(), rate(), owedMaxMs);
    },
    observe(lagMs) {
      const nowMs = now();
      const elapsedMs = nowMs - observedAtMs;
      if (targetLagMs === 0 || elapsedMs <= 0) return;
      observedAtMs = nowMs;
      average(lagMs, elapsedMs);
      lagBeforeMs = lagMs;
      if (perSecond !== Infinity || lagMs > targetLagMs) adjust(lagMs, elapsedMs, nowMs);
      accepted = 0;
      heldUp = 0;
    },
  };
}
