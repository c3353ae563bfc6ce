import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chatSession } from '../test/fakes.ts';
import { createTypingPace } from './typing-pace.ts';

describe('the pace of typing', () => {
  it('tells one in its time, from whichever tab, and one of another user as well', () => {
    const clock = { ms: 10_000 };
    const pace = createTypingPace({ intervalMs: 2_000, now: () => clock.ms });
    const [tab, otherTab, other] = [chatSession('5'), chatSession('5'), chatSession('6')];
    expect([pace.take(tab), pace.take(otherTab), pace.take(other)]).toEqual([true, false, true]);
    clock.ms += 1_999;
    expect(pace.take(otherTab)).toBe(false);
    clock.ms += 1;
    expect([pace.take(otherTab), pace.take(tab)]).toEqual([true, false]);
  });

  it('lets every repetition of an honest client pass', () => {
    const clock = { ms: 0 };
    const pace = createTypingPace({ intervalMs: 2_000, now: () => clock.ms });
    const session = chatSession('5');
    for (; clock.ms < 60_000; clock.ms += 3_000) expect(pace.take(session)).toBe(true);
  });

  it('never tells two within its time, whenever they come', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 2_500 }), { maxLength: 100 }), (gaps) => {
        const clock = { ms: 0 };
        const pace = createTypingPace({ intervalMs: 1_000, now: () => clock.ms });
        const session = chatSession('5');
        let toldAtMs = -Infinity;
        for (const gapMs of gaps) {
          clock.ms += gapMs;
          const isDue = clock.ms - toldAtMs >= 1_000;
          expect(pace.take(session)).toBe(isDue);
          if (isDue) toldAtMs = clock.ms;
        }
      }),
    );
  });

  it('begins anew when what was typed was sent, for that user alone', () => {
    const pace = createTypingPace({ intervalMs: 2_000, now: () => 0 });
    const [session, other] = [chatSession('5'), chatSession('6')];
    expect([pace.take(session), pace.take(other)]).toEqual([true, true]);
    pace.restart(session);
    expect([pace.take(session), pace.take(session), pace.take(other)]).toEqual([
      true,
      false,
      false,
    ]);
  });

  it('is no limit at 0', () => {
    const pace = createTypingPace({ intervalMs: 0, now: () => 0 });
    expect([pace.take(chatSession('5')), pace.take(chatSession('5'))]).toEqual([true, true]);
  });
});
