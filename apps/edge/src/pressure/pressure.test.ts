import { describe, expect, it } from 'vitest';
import { createPressure, type PressureSample, type Sheddable } from './pressure.ts';

const limits = { lagMaxMs: 100, residentMaxBytes: 1_000 };
const calm: PressureSample = { lagMs: 0, worstLagMs: 0, residentBytes: 100 };
const all: readonly Sheddable[] = ['typing', 'receipts', 'connects', 'messages'];

function pressureUnderTest(given = limits) {
  const pressure = createPressure(given);
  let nowMs = 0;
  return {
    /** Looks four times a second for so long; gives what is shed at the end. */
    after(sample: Partial<PressureSample>, forMs: number) {
      for (const endMs = nowMs + forMs; nowMs < endMs; nowMs += 250) {
        pressure.observe({ ...calm, ...sample }, nowMs);
      }
      return all.filter((what) => pressure.sheds(what));
    },
  };
}

describe('what is shed', () => {
  it.each([
    [{ lagMs: 39 }, []],
    [{ lagMs: 40 }, ['typing']],
    [{ lagMs: 60 }, ['typing', 'receipts']],
    [{ lagMs: 80 }, ['typing', 'receipts', 'connects']],
    [{ lagMs: 5_000 }, ['typing', 'receipts', 'connects']],
    [{ worstLagMs: 5_000 }, ['typing', 'receipts']],
    [{ residentBytes: 819 }, []],
    [{ residentBytes: 821 }, ['typing']],
    [{ residentBytes: 880 }, ['typing', 'receipts']],
    [{ residentBytes: 941 }, ['typing', 'receipts', 'connects']],
    [{ residentBytes: 1_000 }, ['typing', 'receipts', 'connects', 'messages']],
  ])('at %j is %j', (sample, expected) => {
    expect(pressureUnderTest().after(sample, 6_000)).toEqual(expected);
  });

  it('does not hold connects up in the first five seconds: a storm of reconnects passes', () => {
    const pressure = pressureUnderTest();
    expect(pressure.after({ lagMs: 500 }, 5_000)).toEqual(['typing', 'receipts']);
    expect(pressure.after({ lagMs: 500 }, 250)).toContain('connects');
  });

  it('comes back when it has been calm for a second, well below the mark', () => {
    const pressure = pressureUnderTest();
    expect(pressure.after({ lagMs: 45 }, 250)).toEqual(['typing']);
    expect(pressure.after({ lagMs: 35 }, 5_000)).toEqual(['typing']);
    expect(pressure.after({ lagMs: 29 }, 1_000)).toEqual(['typing']);
    expect(pressure.after({ lagMs: 35 }, 250)).toEqual(['typing']);
    expect(pressure.after({ lagMs: 29 }, 1_250)).toEqual([]);
  });

  it('is nothing where the limits are 0', () => {
    const pressure = pressureUnderTest({ lagMaxMs: 0, residentMaxBytes: 0 });
    expect(pressure.after({ lagMs: 9e6, worstLagMs: 9e6, residentBytes: 9e12 }, 9_000)).toEqual([]);
  });
});
