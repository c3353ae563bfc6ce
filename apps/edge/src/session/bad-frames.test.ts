import { describe, expect, it } from 'vitest';
import { BadFrames } from './bad-frames.ts';

const count = (times: number[], goodAfter: readonly number[] = []) => {
  const frames = new BadFrames(10, 10_000);
  return times.map((time, index) => {
    const tooMany = frames.bad(time);
    if (goodAfter.includes(index)) frames.good();
    return tooMany;
  });
};
const every = (stepMs: number, length: number) =>
  Array.from({ length }, (_, index) => index * stepMs);

describe('bad frames', () => {
  it('are too many with the tenth in a row', () => {
    expect(count(every(1, 10))).toEqual([...Array<boolean>(9).fill(false), true]);
  });

  it('are counted from the last good one', () => {
    expect(count(every(1, 18), [8])).not.toContain(true);
    expect(count(every(1, 19), [8]).indexOf(true)).toBe(18);
  });

  it('are too many within ten seconds, and not when they take longer', () => {
    expect(count([...Array<number>(9).fill(0), 10_000]).at(-1)).toBe(true);
    expect(count([...Array<number>(9).fill(0), 10_001]).at(-1)).toBe(false);
    expect(count(every(1_200, 30))).not.toContain(true);
  });
});
