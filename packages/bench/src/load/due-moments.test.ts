import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { DueMoments } from './due-moments.ts';

const startUs = 5_000_000;
let nowUs: number;
let free: number;
let taken: number[];
let due: DueMoments;

/** Lets the timer come once, so late. */
const comeAfter = (ms: number) => {
  nowUs += ms * 1000;
  vi.advanceTimersByTime(1);
};

const intervals = (...counts: number[]) => counts.map((count) => startUs + count * 500);

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  nowUs = startUs;
  free = Infinity;
  taken = [];
  const take = (intendedUs: number) => {
    if (free === 0) return false;
    free -= 1;
    taken.push(intendedUs);
    return true;
  };
  due = new DueMoments(() => nowUs, take);
});

afterEach(() => {
  due.stop();
  vi.useRealTimers();
});

describe('DueMoments', () => {
  test('gives exact multiples of the interval, however late the timer comes', () => {
    due.start(2000);
    expect(taken).toEqual([]);
    comeAfter(0.499);
    expect(taken).toEqual([]);
    comeAfter(0.251);
    expect(taken).toEqual(intervals(1));
    comeAfter(1.9);
    expect(taken).toEqual(intervals(1, 2, 3, 4, 5));
    comeAfter(0.35);
    expect(taken).toEqual(intervals(1, 2, 3, 4, 5, 6));
  });

  test('keeps what nobody is free for, in order and with its moment', () => {
    due.start(2000);
    free = 1;
    comeAfter(2);
    expect(taken).toEqual(intervals(1));
    nowUs += 700;
    free = 2;
    due.drain();
    expect(taken).toEqual(intervals(1, 2, 3));
    free = 2;
    comeAfter(0.8);
    expect(taken).toEqual(intervals(1, 2, 3, 4, 5));
    free = Infinity;
    due.drain();
    due.drain();
    expect(taken).toEqual(intervals(1, 2, 3, 4, 5, 6, 7));
  });

  test('takes each moment once when the one who took it is free again at once', () => {
    const again = new DueMoments(
      () => nowUs,
      (intendedUs) => {
        taken.push(intendedUs);
        again.drain();
        return true;
      },
    );
    again.start(2000);
    comeAfter(2);
    comeAfter(0.5);
    again.stop();
    expect(taken).toEqual(intervals(1, 2, 3, 4, 5));
  });

  test('has nothing taken after the stop, not even what waited', () => {
    due.start(2000);
    free = 0;
    comeAfter(2);
    due.stop();
    free = Infinity;
    due.drain();
    comeAfter(2);
    expect(taken).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });
});
