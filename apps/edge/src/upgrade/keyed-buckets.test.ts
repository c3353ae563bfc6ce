import { describe, expect, it } from 'vitest';
import { createKeyedBuckets } from './keyed-buckets.ts';

describe('buckets by name', () => {
  it('let each name have its own, and forget who has not come lately', () => {
    const clock = { ms: 0 };
    const buckets = createKeyedBuckets({ rate: { perSecond: 1, burst: 2 }, now: () => clock.ms });
    expect(['a', 'a', 'a', 'b'].map((key) => buckets.take(key))).toEqual([0, 0, 1_000, 0]);
    expect(buckets.size).toBe(2);
    clock.ms = 1_500;
    expect(buckets.take('c')).toBe(0);
    expect(buckets.size).toBe(2);
    clock.ms = 10_000;
    expect(buckets.take('c')).toBe(0);
    expect(buckets.size).toBe(1);
  });

  it('are bounded in number: the oldest goes', () => {
    const rate = { perSecond: 1, burst: 1 };
    const buckets = createKeyedBuckets({ rate, now: () => 0, keysMax: 3 });
    for (const key of ['a', 'b', 'c', 'd']) expect(buckets.take(key)).toBe(0);
    expect(buckets.size).toBe(3);
    expect(buckets.take('d')).toBeGreaterThan(0);
    expect(buckets.take('a')).toBe(0);
  });

  it('hold nothing while there is no limit', () => {
    const buckets = createKeyedBuckets({ rate: { perSecond: 0, burst: 1 }, now: () => 0 });
    expect([buckets.take('a'), buckets.take('a')]).toEqual([0, 0]);
    expect(buckets.size).toBe(0);
  });
});
