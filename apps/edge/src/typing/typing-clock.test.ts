import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createWheel } from '../clock/wheel.ts';
import { chatSession } from '../test/fakes.ts';
import { createTypingClock } from './typing-clock.ts';

const setUp = () => {
  const onEnd = vi.fn();
  return { onEnd, clock: createTypingClock({ wheel: createWheel(), ttlMs: 6_000, onEnd }) };
};

describe('a typing indicator', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('ends by itself, six seconds after it was last renewed', () => {
    const { clock, onEnd } = setUp();
    const ann = chatSession('ann');
    expect(clock.renew(ann, false)).toBeUndefined();
    vi.advanceTimersByTime(5_000);
    expect(clock.renew(ann, false)).toMatchObject({ isPrivate: false });
    vi.advanceTimersByTime(5_900);
    expect(onEnd).not.toHaveBeenCalled();
    vi.advanceTimersByTime(200);
    expect(onEnd).toHaveBeenCalledExactlyOnceWith({ session: ann, isPrivate: false });
  });

  it('belongs to the user: another tab ends it, another user does not', () => {
    const { clock, onEnd } = setUp();
    clock.renew(chatSession('ann'), true);
    expect(clock.end(chatSession('bob'))).toBeUndefined();
    expect(clock.end(chatSession('ann', 'operator'))).toBeUndefined();
    expect(clock.end(chatSession('ann'))).toMatchObject({ isPrivate: true });
    expect(clock.end(chatSession('ann'))).toBeUndefined();
    vi.advanceTimersByTime(10_000);
    expect(onEnd).not.toHaveBeenCalled();
  });

  it('does not end with a tab that is not the one typing', () => {
    const { clock } = setUp();
    const [typing, other] = [chatSession('ann'), chatSession('ann')];
    clock.renew(typing, false);
    expect(clock.endOf(other)).toBeUndefined();
    expect(clock.endOf(typing)).toMatchObject({ session: typing });
  });
});
