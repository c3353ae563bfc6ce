import { describe, expect, it } from 'vitest';
import { createFollowLag } from './follow-lag.ts';

const position = (ms: number) => `${ms}-0.abcdefgh`;

describe('the follow lag', () => {
  it('is the mean age of what was delivered since it was asked for', () => {
    const clock = { ms: 1_000 };
    const lag = createFollowLag(() => clock.ms);
    lag.delivered(position(400));
    lag.delivered(position(880));
    lag.delivered(position(100));
    expect(lag.take()).toBe(540);
    lag.delivered(position(500));
    expect(lag.take()).toBe(500);
  });

  it('is 0 when nothing was delivered, and when the clocks are not quite one', () => {
    const lag = createFollowLag(() => 1_000);
    expect(lag.take()).toBe(0);
    lag.delivered(position(1_003));
    expect(lag.take()).toBe(0);
  });
});
