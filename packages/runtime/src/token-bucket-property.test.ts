import { TokenBucket } from './token-bucket.ts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

describe('a token bucket', () => {
  it('never gives more than burst and rate allow, and what it says to wait is enough', () => {
    const rates = fc.record({
      perSecond: fc.integer({ min: 1, max: 500 }),
      burst: fc.integer({ min: 1, max: 100 }),
    });
    const pauses = fc.array(fc.integer({ min: 0, max: 400 }), { maxLength: 200 });
    fc.assert(
      fc.property(rates, pauses, (rate, gaps) => {
        const bucket = new TokenBucket();
        let nowMs = 1_000;
        let count = 0;
        const take = () => {
          const waitMs = bucket.take(nowMs, rate);
          if (waitMs === 0) count += 1;
          return waitMs;
        };
        for (const gapMs of gaps) {
          nowMs += gapMs;
          const waitMs = take();
          // One time in four the wait that it asks for is kept: then there is a token, and not sooner.
          const waited = gapMs % 4 === 0 ? waitMs : 0;
          nowMs += Math.max(0, waited - 1);
          const tooSoon = waited > 1 ? take() : 1;
          nowMs += Math.min(1, waited);
          const inTime = waited > 0 ? take() : 0;
          expect({ tooSoon: tooSoon > 0, inTime }).toEqual({ tooSoon: true, inTime: 0 });
          const allowed = rate.burst + ((nowMs - 1_000) * rate.perSecond) / 1_000;
          expect(count).toBeLessThanOrEqual(allowed + 1e-6);
        }
      }),
      // A sum of thirds is a little more than a whole number here.
      { examples: [[{ perSecond: 3, burst: 2 }, [49, 0, 0, 0, 0]]] },
    );
  });
});
