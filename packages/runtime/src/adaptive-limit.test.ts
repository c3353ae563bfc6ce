import { describe, expect, it } from 'vitest';
import { createAdaptiveLimit, type AdaptiveLimit } from './adaptive-limit.ts';

/** A cluster that carries so much in a second, and tells its lag every tenth of a second. */
const simulate = (
  limit: (now: () => number) => AdaptiveLimit,
  shape: { capacityPerS: number; offeredPerS: (atS: number) => number; seconds: number },
) => {
  const stepMs = 5;
  let nowMs = 0;
  let queued = 0;
  const underTest = limit(() => nowMs);
  const seconds: { accepted: number; refused: number; lagMaxMs: number }[] = [];
  for (; nowMs < shape.seconds * 1_000; nowMs += stepMs) {
    const second = (seconds[Math.floor(nowMs / 1_000)] ??= {
      accepted: 0,
      refused: 0,
      lagMaxMs: 0,
    });
    for (let come = 0; come < (shape.offeredPerS(nowMs / 1_000) * stepMs) / 1_000; come += 1) {
      if (underTest.reserve(0) === undefined) second.refused += 1;
      else {
        second.accepted += 1;
        queued += 1;
      }
    }
    queued = Math.max(0, queued - (shape.capacityPerS * stepMs) / 1_000);
    const lagMs = (queued / shape.capacityPerS) * 1_000;
    second.lagMaxMs = Math.max(second.lagMaxMs, lagMs);
    if (nowMs % 100 === 0) underTest.observe(lagMs);
  }
  return { seconds, limit: underTest };
};

const limited = (now: () => number) =>
  createAdaptiveLimit({ targetLagMs: 150, floorPerSecond: 10, now });

/** Publishers that post again as soon as they are answered, or when they were told to come again. */
const simulatePublishers = (shape: {
  publishers: number;
  capacityPerMs: number;
  waitMaxMs: number;
}) => {
  const { publishers, capacityPerMs, waitMaxMs } = shape;
  let nowMs = 0;
  let queued = 0;
  let delivered = 0;
  let refused = 0;
  let toldMs = 0;
  const limit = limited(() => nowMs);
  const readyAtMs = Array.from({ length: publishers }, (_, index) => index);
  /** How many go on after their wait, by the millisecond. */
  const goOn = new Map<number, number>();
  const lags: number[] = [];
  const post = (index: number) => {
    const waitMs = limit.reserve(waitMaxMs);
    if (waitMs === undefined) {
      refused += 1;
      return nowMs + (index % 2 === 0 ? 1_000 : 2_000);
    }
    const atMs = nowMs + Math.ceil(waitMs);
    goOn.set(atMs, (goOn.get(atMs) ?? 0) + 1);
    return atMs + 15;
  };
  for (; nowMs < 60_000; nowMs += 1) {
    // Ingress takes four in a millisecond at most, and answers from the log: sooner than edges deliver.
    let taken = 0;
    for (let index = 0; index < publishers && taken < 4; index += 1) {
      if (readyAtMs[index]! > nowMs) continue;
      taken += 1;
      readyAtMs[index] = post(index);
    }
    queued += goOn.get(nowMs) ?? 0;
    const served = Math.min(queued, capacityPerMs);
    queued -= served;
    delivered += served;
    if (nowMs % 100 !== 0) continue;
    lags.push(queued / capacityPerMs);
    // What is observed is a tenth of a second old.
    limit.observe(toldMs);
    toldMs = lags.at(-1)!;
  }
  return { usedPart: delivered / 60_000 / capacityPerMs, refusedPerS: refused / 60, lags };
};

describe('a limit that adapts to the lag', () => {
  it('refuses nothing while what comes can be carried', () => {
    const { seconds } = simulate(limited, {
      capacityPerS: 4_000,
      offeredPerS: () => 3_800,
      seconds: 20,
    });
    expect(seconds.reduce((sum, { refused }) => sum + refused, 0)).toBe(0);
  });

  it('keeps what is accepted on time at twice the capacity, and uses most of it', () => {
    const { seconds } = simulate(limited, {
      capacityPerS: 2_000,
      offeredPerS: () => 4_000,
      seconds: 60,
    });
    expect(Math.max(...seconds.map(({ lagMaxMs }) => lagMaxMs))).toBeLessThan(1_000);
    const settled = seconds.slice(5);
    expect(Math.max(...settled.map(({ lagMaxMs }) => lagMaxMs))).toBeLessThan(500);
    const accepted = settled.reduce((sum, one) => sum + one.accepted, 0) / settled.length;
    expect(accepted).toBeGreaterThan(0.8 * 2_000);
  });

  it.each([
    // Who may wait: also when eight offer more than is carried, nearly nobody is sent away.
    { publishers: 8, capacityPerMs: 0.3, waitMaxMs: 250, used: 0.7, refusedMax: 2 },
    { publishers: 32, capacityPerMs: 1.5, waitMaxMs: 250, used: 0.8, refusedMax: 2 },
    { publishers: 128, capacityPerMs: 1.5, waitMaxMs: 250, used: 0.8, refusedMax: 5 },
    { publishers: 512, capacityPerMs: 1.5, waitMaxMs: 250, used: 0.75, refusedMax: 300 },
    // Who is sent away at once and comes again when told to.
    { publishers: 32, capacityPerMs: 1.5, waitMaxMs: 0, used: 0.75, refusedMax: 300 },
    { publishers: 128, capacityPerMs: 1.5, waitMaxMs: 0, used: 0.75, refusedMax: 300 },
    { publishers: 512, capacityPerMs: 1.5, waitMaxMs: 0, used: 0.75, refusedMax: 600 },
  ])(
    'costs $publishers publishers little who wait for their answers ($capacityPerMs/ms, $waitMaxMs ms)',
    ({ publishers, capacityPerMs, waitMaxMs, used, refusedMax }) => {
      const seen = simulatePublishers({ publishers, capacityPerMs, waitMaxMs });
      expect(seen.usedPart).toBeGreaterThan(used);
      expect(seen.refusedPerS).toBeLessThan(refusedMax);
      expect(Math.max(...seen.lags)).toBeLessThan(1_500);
      expect(Math.max(...seen.lags.slice(20))).toBeLessThan(900);
    },
  );

  it('is gone soon after the overload', () => {
    const { seconds, limit } = simulate(limited, {
      capacityPerS: 2_000,
      offeredPerS: (atS) => (atS < 20 ? 4_000 : 400),
      seconds: 30,
    });
    expect(limit.perSecond).toBe(Infinity);
    expect(seconds.slice(22).reduce((sum, { refused }) => sum + refused, 0)).toBe(0);
  });

  it('never stops all for a lag that does not go away', () => {
    let nowMs = 0;
    const limit = limited(() => nowMs);
    let accepted = 0;
    for (; nowMs < 60_000; nowMs += 10) {
      if (limit.reserve(0) === 0) accepted += 1;
      if (nowMs % 100 === 0) limit.observe(5_000);
    }
    expect(limit.perSecond).toBe(10);
    expect(accepted).toBeGreaterThan(500);
  });

  it('makes others wait for many that came in one call', () => {
    let nowMs = 1_000;
    const limit = limited(() => nowMs);
    nowMs += 250;
    limit.observe(5_000);
    for (let count = 0; count < 10; count += 1) expect(limit.reserve(0)).toBe(0);
    limit.owe(100);
    expect(limit.reserve(1_900)).toBeUndefined();
    const waitMs = limit.reserve(2_100);
    expect(waitMs).toBeGreaterThan(1_900);
    nowMs += waitMs ?? 0;
    expect(limit.reserve(0)).toBeUndefined();
    // What was reserved was one of ten in a second.
    nowMs += 100;
    expect(limit.reserve(0)).toBe(0);
  });

  it('makes others wait no longer when many such calls come at a time', () => {
    let nowMs = 1_000;
    const limit = limited(() => nowMs);
    nowMs += 250;
    limit.observe(5_000);
    for (let count = 0; count < 10; count += 1) limit.reserve(0);
    for (let count = 0; count < 10; count += 1) limit.owe(100);
    expect(limit.reserve(2_100)).toBeGreaterThan(1_900);
  });

  it('is off at 0', () => {
    let nowMs = 0;
    const limit = createAdaptiveLimit({ targetLagMs: 0, floorPerSecond: 1, now: () => nowMs });
    for (nowMs = 250; nowMs < 5_000; nowMs += 250) limit.observe(60_000);
    expect(limit.perSecond).toBe(Infinity);
  });
});
