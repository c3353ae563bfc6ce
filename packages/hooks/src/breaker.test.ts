import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, test } from 'vitest';
import { createBreaker, type Breaker, type BreakerOptions, type CallEnd } from './breaker.ts';

const options: BreakerOptions = { failingChatsMin: 3, random: () => 0 };

/** `a+` a call of chat a succeeds, `a-` fails, `a?` is given up; a number: ms pass. */
const play = (breaker: Breaker, steps: string, startMs = 0): number => {
  const ends: Record<string, CallEnd> = { '+': 'succeeded', '-': 'failed', '?': 'given_up' };
  let nowMs = startMs;
  for (const step of steps.split(' ')) {
    if (/^\d+$/u.test(step)) nowMs += Number(step);
    else breaker.ended(step.slice(0, -1), breaker.ask(nowMs), ends[step.at(-1)!]!, nowMs);
  }
  return nowMs;
};

const opened = (more: BreakerOptions = {}) => {
  const breaker = createBreaker({ ...options, ...more });
  play(breaker, 'a- b- c-');
  expect(breaker.state).toBe('open');
  return breaker;
};

describe('closed', () => {
  test.each([
    ['nothing has happened', '0'],
    ['few chats fail', 'a- b-'],
    ['one chat fails, however often', 'x+ a- a- a- a- a- a- a- a- a- a-'],
    ['a small part of the chats fails', 'a- b- c+ d+ e- f-'],
    ['chats that failed have been answered since', 'a- b- a+ b+ c- d- e-'],
    ['calls were given up', 'a? b? c? d?'],
    ['what failed is long ago', 'a- b- 20001 c-'],
    ['only successes are forgotten', 'e+ f+ g+ h+ 10001 a- b- c- d- 10001 x+'],
    ['what failed is two windows old', 'a- 9000 b- 2000 x+ 10001 c-'],
  ])('it stays, and lets everybody go, if %s', (_, steps) => {
    const breaker = createBreaker(options);
    const nowMs = play(breaker, steps);
    expect(breaker.state).toBe('closed');
    expect(breaker.ask(nowMs)).toEqual({ kind: 'go' });
  });

  test.each([
    ['enough chats fail', 'a- b- c-'],
    ['four of five chats fail', 'a+ b- c- d- e-'],
    ['chats fail that were answered before', 'a+ b+ c+ a- b- c-'],
    ['the failures are of this window and the one before', 'a- b- 11000 c-'],
  ])('it opens if %s', (_, steps) => {
    const breaker = createBreaker(options);
    play(breaker, steps);
    expect(breaker.state).toBe('open');
  });
});

test('a chat counts once, by its last call, also when the window turns', () => {
  const breaker = createBreaker({ ...options, failingRatio: 0.5 });
  play(breaker, 'a- b- 10001 a+ b+ c-');
  expect(breaker.state).toBe('closed');
});

describe('open', () => {
  test('it makes everybody wait until the pause is over, then lets one go', () => {
    const breaker = opened();
    expect(breaker.ask(0)).toEqual({ kind: 'wait', waitMs: 1000, outageMs: 0 });
    expect(breaker.ask(999)).toEqual({ kind: 'wait', waitMs: 1, outageMs: 999 });
    expect(breaker.ask(1000)).toEqual({ kind: 'probe' });
    expect(breaker.state).toBe('probing');
    expect(breaker.ask(1001)).toEqual({ kind: 'wait', waitMs: 250, outageMs: 1001 });
  });

  test('the pause is cut by up to half at random', () => {
    expect(opened({ random: () => 1 }).ask(0)).toMatchObject({ waitMs: 500 });
  });

  test.each(['succeeded', 'failed', 'given_up'] as const)(
    'a call from before that has %s changes nothing',
    (end) => {
      const breaker = opened();
      breaker.ended('d', { kind: 'go' }, end, 10);
      expect(breaker.state).toBe('open');
      const permit = breaker.ask(1000);
      breaker.ended('e', { kind: 'go' }, end, 1010);
      expect(breaker.state).toBe('probing');
      breaker.ended('a', permit, 'succeeded', 1020);
      expect(breaker.state).toBe('closed');
    },
  );
});

describe('probing', () => {
  test('it closes when the probe succeeds, and has forgotten what failed', () => {
    const breaker = opened();
    const nowMs = play(breaker, '1000 a+');
    expect(breaker.state).toBe('closed');
    play(breaker, 'b- c-', nowMs);
    expect(breaker.state).toBe('closed');
    play(breaker, 'd- e- f- g-', nowMs);
    expect(breaker.ask(nowMs)).toEqual({ kind: 'wait', waitMs: 1000, outageMs: 0 });
  });

  test('the pause doubles with each probe that fails, up to the longest; the outage goes on', () => {
    const breaker = opened();
    const waits = [];
    let nowMs = 1000;
    for (let probes = 0; probes < 6; probes += 1) {
      breaker.ended('a', breaker.ask(nowMs), 'failed', nowMs);
      const permit = breaker.ask(nowMs);
      if (permit.kind !== 'wait') throw new Error('not open');
      expect(permit.outageMs).toBe(nowMs);
      waits.push(permit.waitMs);
      nowMs += permit.waitMs;
    }
    expect(waits).toEqual([2000, 4000, 8000, 10_000, 10_000, 10_000]);
  });

  test('the next one tries at once when the probe was given up', () => {
    const breaker = opened();
    play(breaker, '1000 a?');
    expect(breaker.ask(1000)).toEqual({ kind: 'probe' });
  });
});

property.prop([
  fc.array(fc.tuple(fc.nat(9), fc.constantFrom('+', '-', '-', '?'), fc.nat(3000)), {
    maxLength: 300,
  }),
])('whatever happens, it ends closed when the backend is back', (steps) => {
  const breaker = createBreaker(options);
  const nowMs = play(
    breaker,
    steps.map(([chat, end, ms]) => `c${chat}${end} ${ms}`).join(' ') || '0',
  );
  play(breaker, '10000 z+', nowMs);
  expect(breaker.state).toBe('closed');
});

test('remembers no more chats than it needs', () => {
  const breaker = createBreaker({ failingChatsMin: 3000 });
  for (let chat = 0; chat < 10_000; chat += 1)
    breaker.ended(`c${chat}`, breaker.ask(0), 'failed', 0);
  expect(breaker.state).toBe('closed');
});
