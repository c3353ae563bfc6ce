/**
 * Token buckets by name. One that is full again is forgotten, so that memory holds those who came lately;
 * over `keysMax` the oldest are forgotten too: a flood of names must not cost more than it is worth.
 */
import { TokenBucket, type Rate } from '@switchboard/runtime';

export interface KeyedBuckets {
  readonly size: number;
  /** 0: taken. Otherwise the milliseconds until there is one. */
  take(key: string): number;
}

export interface KeyedBucketsOptions {
  readonly rate: Rate;
  /** A clock that never steps back, ms. */
  readonly now: () => number;
  /** Default 100 000. */
  readonly keysMax?: number;
}

const sweepMs = 1_000;

export function createKeyedBuckets(options: KeyedBucketsOptions): KeyedBuckets {
  const { rate, now, keysMax = 100_000 } = options;
  const buckets = new Map<string, TokenBucket>();
  let sweptAtMs = now();

  const sweep = (nowMs: number) => {
    if (nowMs - sweptAtMs < sweepMs) return;
    sweptAtMs = nowMs;
    for (const [key, bucket] of buckets) if (bucket.isFull(nowMs)) buckets.delete(key);
  };
  const open = (key: string) => {
    const bucket = new TokenBucket();
    if (buckets.size >= keysMax) buckets.delete(buckets.keys().next().value as string);
    buckets.set(key, bucket);
    return bucket;
  };
  return {
    get size() {
      return buckets.size;
    },
    take(key) {
      if (rate.perSecond === 0) return 0;
      const nowMs = now();
      sweep(nowMs);
      return (buckets.get(key) ?? open(key)).take(nowMs, rate);
    },
  };
}
