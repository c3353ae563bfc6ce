import { describe, expect, it } from 'vitest';
import { createConnectRate } from './connect-rate.ts';

describe('the connect rate', () => {
  it('lets so many in per second and not one more', () => {
    const clock = { ms: 0 };
    const rate = createConnectRate(2, () => clock.ms);
    expect([rate.take(), rate.take(), rate.take()]).toEqual([true, true, false]);
    clock.ms = 1_000;
    expect(rate.take()).toBe(true);
  });

  it('is no limit when it is 0', () => {
    const rate = createConnectRate(0, () => 0);
    expect(Array.from({ length: 1_000 }, () => rate.take())).not.toContain(false);
  });
});
