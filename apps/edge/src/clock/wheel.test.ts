import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createWheel } from './wheel.ts';

describe('the wheel', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('runs a task once, not before its delay and at most a tick later', () => {
    const wheel = createWheel({ tickMs: 50 });
    const task = vi.fn();
    wheel.after(1_000, task);
    vi.advanceTimersByTime(999);
    expect(task).not.toHaveBeenCalled();
    vi.advanceTimersByTime(51);
    expect(task).toHaveBeenCalledTimes(1);
    vi.advanceTimersByTime(10_000);
    expect(task).toHaveBeenCalledTimes(1);
  });

  it('does not run what was cancelled, also by a task of the same tick', () => {
    const wheel = createWheel();
    const second = vi.fn();
    const cancel: { second?: () => void } = {};
    wheel.after(100, () => cancel.second?.());
    cancel.second = wheel.after(100, second);
    vi.advanceTimersByTime(500);
    expect(second).not.toHaveBeenCalled();
  });

  it('keeps the order of delays', () => {
    const wheel = createWheel({ tickMs: 10 });
    const order: string[] = [];
    wheel.after(300, () => order.push('late'));
    wheel.after(100, () => order.push('early'));
    wheel.after(200, () => order.push('middle'));
    vi.advanceTimersByTime(1_000);
    expect(order).toEqual(['early', 'middle', 'late']);
  });

  it('lets a task schedule the next one, and rests when nothing waits', () => {
    const wheel = createWheel();
    const seen: number[] = [];
    const again = (left: number) => {
      seen.push(left);
      if (left > 0) wheel.after(100, () => again(left - 1));
    };
    wheel.after(0, () => again(3));
    vi.advanceTimersByTime(2_000);
    expect(seen).toEqual([3, 2, 1, 0]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('forgets everything when it is stopped', () => {
    const wheel = createWheel();
    const task = vi.fn();
    wheel.after(100, task);
    wheel.stop();
    vi.advanceTimersByTime(1_000);
    expect(task).not.toHaveBeenCalled();
  });
});
