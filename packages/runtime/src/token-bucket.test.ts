import { describe, expect, it } from 'vitest';
import { TokenBucket } from './token-bucket.ts';

const taken = (bucket: TokenBucket, nowMs: number, rate: { perSecond: number; burst: number }) => {
  let count = 0;
  while (count < 10_000 && bucket.take(nowMs, rate) === 0) count += 1;
  return count;
};

describe('a token bucket', () => {
  it('gives its burst at once and not one more, then its rate', () => {
    const bucket = new TokenBucket();
    const rate = { perSecond: 20, burst: 40 };
    expect(taken(bucket, 5_000, rate)).toBe(40);
    expect(taken(bucket, 5_049, rate)).toBe(0);
    expect(taken(bucket, 5_050, rate)).toBe(1);
    expect(taken(bucket, 6_050, rate)).toBe(20);
    expect(taken(bucket, 99_000, rate)).toBe(40);
  });

  it('is no limit at 0 in a second', () => {
    expect(taken(new TokenBucket(), 0, { perSecond: 0, burst: 1 })).toBe(10_000);
  });

  it('makes the next one wait for what was owed', () => {
    const bucket = new TokenBucket();
    const rate = { perSecond: 10, burst: 1 };
    bucket.owe(5, 1_000, rate);
    expect(bucket.take(1_000, rate)).toBe(500);
    expect(bucket.isFull(1_499)).toBe(false);
    expect(bucket.take(1_500, rate)).toBe(0);
  });

  it('reserves what will be there in time, each behind the one before', () => {
    const bucket = new TokenBucket();
    const rate = { perSecond: 100, burst: 2 };
    const reserve = (nowMs: number) => bucket.reserve(nowMs, rate, 25);
    expect([reserve(1_000), reserve(1_000), reserve(1_000), reserve(1_000)]).toEqual([
      0, 0, 10, 20,
    ]);
    expect(reserve(1_000)).toBeUndefined();
    expect(reserve(1_005)).toBe(25);
    expect(bucket.take(1_005, rate)).toBe(35);
    expect(bucket.reserve(2_000, { perSecond: 0, burst: 1 }, 0)).toBe(0);
  });
});
