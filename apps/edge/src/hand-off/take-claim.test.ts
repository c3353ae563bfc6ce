import { BusUnavailable, type ClaimOutcome, type Claims } from '@switchboard/bus';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createWheel } from '../clock/wheel.ts';
import { takeClaim, type ClaimParts } from './take-claim.ts';

const message = { chatId: 'chat', user: 'client:ann', clientMessageId: 'c1' } as const;

const create = (...outcomes: (ClaimOutcome['kind'] | Error)[]) => {
  const left = [...outcomes];
  const claims = {
    claim: vi.fn(async () => {
      const outcome = left.length > 1 ? left.shift() : left[0];
      if (outcome instanceof Error) throw outcome;
      return { kind: outcome, verdict: 'no' } as ClaimOutcome;
    }),
    renew: vi.fn(async () => true),
    settle: vi.fn(async () => undefined),
    release: vi.fn(async () => undefined),
  } satisfies Claims;
  const stop = new AbortController();
  const parts: ClaimParts = {
    claims,
    wheel: createWheel(),
    newToken: () => 'token',
    monotonicNow: () => performance.now(),
    random: () => 0.5,
    stopping: stop.signal,
    onWarning: vi.fn(),
  };
  const take = () => takeClaim(message, performance.now() + 10_000, parts);
  return { claims, stop, take, parts };
};

const held = async (taken: ReturnType<typeof takeClaim>) => {
  const outcome = await taken;
  if (outcome.kind !== 'claimed') throw new Error(outcome.kind);
  return outcome.claim;
};

describe('a claim', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('is renewed each second until it ends', async () => {
    const { claims, take } = create('claimed');
    const claim = await held(take());
    await vi.advanceTimersByTimeAsync(3_500);
    expect(claims.renew).toHaveBeenCalledTimes(3);
    expect(claims.renew).toHaveBeenLastCalledWith(message, 'token', 3_000);
    claim.end();
    await vi.advanceTimersByTimeAsync(3_500);
    expect(claims.renew).toHaveBeenCalledTimes(3);
  });

  it('is settled or released under its own name, and not renewed any more', async () => {
    const { claims, take } = create('claimed');
    await (await held(take())).settle('verdict');
    expect(claims.settle).toHaveBeenCalledWith(message, 'token', 'verdict');
    (await held(take())).release();
    expect(claims.release).toHaveBeenCalledWith(message, 'token');
    await vi.advanceTimersByTimeAsync(3_500);
    expect(claims.renew).not.toHaveBeenCalled();
  });

  it('goes on while Redis is away: the lease says who has it', async () => {
    const { claims, take, parts } = create('claimed');
    claims.renew.mockRejectedValueOnce(new BusUnavailable('away', 'unknown'));
    claims.settle.mockRejectedValueOnce(new BusUnavailable('away', 'unknown'));
    const claim = await held(take());
    await vi.advanceTimersByTimeAsync(2_500);
    expect(claims.renew).toHaveBeenCalledTimes(2);
    await claim.settle('verdict');
    expect(parts.onWarning).not.toHaveBeenCalled();
  });

  it('that another has is waited for, more and more patiently', async () => {
    const { claims, take } = create('busy', 'busy', 'busy', 'claimed');
    const taken = take();
    const callsAfter = async (ms: number) => {
      await vi.advanceTimersByTimeAsync(ms);
      return claims.claim.mock.calls.length;
    };
    expect(await callsAfter(0)).toBe(1);
    expect(await callsAfter(99)).toBe(1);
    expect(await callsAfter(51)).toBe(2);
    expect(await callsAfter(99)).toBe(2);
    expect(await callsAfter(101)).toBe(3);
    await callsAfter(275);
    await held(taken);
  });

  it('that another has for too long is not waited for, nor by a process that stops', async () => {
    const { take } = create('busy');
    const taken = take();
    await vi.advanceTimersByTimeAsync(10_100);
    expect(await taken).toEqual({ kind: 'busy', verdict: 'no' });
    const other = create('busy');
    other.stop.abort();
    expect(await other.take()).toMatchObject({ kind: 'busy' });
  });

  it('is not needed for what is added or decided already', async () => {
    expect(await create('added').take()).toMatchObject({ kind: 'added' });
    expect(await create('decided').take()).toEqual({ kind: 'decided', verdict: 'no' });
  });

  it('cannot be had while Redis is away', async () => {
    const away = create(new BusUnavailable('away', 'no'));
    expect(await away.take()).toEqual({ kind: 'unavailable' });
    const broken = new Error('a bug');
    await expect(create(broken).take()).rejects.toBe(broken);
  });
});
