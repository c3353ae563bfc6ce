import { describe, expect, test } from 'vitest';
import { type Doubt, doubtAfter, doubtOfChats, isConvinced, planFor } from './doubt.ts';
import type { Failing } from './verdict.ts';

const failing = (retryAfterMs?: number): Failing => ({
  kind: 'failing',
  why: 'status',
  failure: { reason: 'status', status: 503 },
  ...(retryAfterMs !== undefined && { retryAfterMs }),
});
const doubt = (failed: string[], more: Partial<Doubt> = {}): Doubt => ({
  failed,
  attempts: 1,
  sinceMs: 0,
  untilMs: 100,
  askedUntilMs: 0,
  ...more,
});
const atHand = (chats: string, isMore = false) => ({ chats: chats.split(''), isMore });

describe('the plan for what is at hand', () => {
  test.each<[string, Doubt | undefined, ReturnType<typeof atHand>, number, object]>([
    ['a trusted backend gets all', undefined, atHand('abc'), 0, { kind: 'all' }],
    [
      'one that asked for a pause gets it',
      doubt([], { askedUntilMs: 100 }),
      atHand('ab'),
      40,
      { kind: 'wait', ms: 60 },
    ],
    [
      'a batch that failed is tried by chats',
      doubt([], { untilMs: 0 }),
      atHand('abcde'),
      0,
      { kind: 'alone', chats: ['a', 'b', 'c', 'd'] },
    ],
    [
      'who has not failed need not wait',
      doubt(['a']),
      atHand('ab'),
      0,
      { kind: 'alone', chats: ['b'] },
    ],
    [
      'up to four in all',
      doubt(['a', 'b']),
      atHand('abcdef'),
      0,
      { kind: 'alone', chats: ['c', 'd'] },
    ],
    [
      'four that failed are the backend',
      doubt(['a', 'b', 'c', 'd']),
      atHand('abcde'),
      0,
      { kind: 'wait', ms: 100 },
    ],
    [
      'after the pause another one',
      doubt(['a', 'b', 'c', 'd']),
      atHand('abcde'),
      100,
      { kind: 'alone', chats: ['e'] },
    ],
    [
      'then the one that failed first',
      doubt(['c', 'b', 'd', 'a']),
      atHand('abcd'),
      100,
      { kind: 'alone', chats: ['c'] },
    ],
    [
      'of those that are there',
      doubt(['x', 'b', 'a', 'y']),
      atHand('ab'),
      100,
      { kind: 'alone', chats: ['b'] },
    ],
    ['the only one waits', doubt(['a']), atHand('a'), 0, { kind: 'wait', ms: 100 }],
    ['unless others are behind it', doubt(['a']), atHand('a', true), 0, { kind: 'park' }],
    [
      'which those untried tell first',
      doubt(['a']),
      atHand('ab', true),
      0,
      { kind: 'alone', chats: ['b'] },
    ],
  ])('%s', (_, before, chats, nowMs, plan) => {
    expect(planFor(before, chats, nowMs)).toEqual(plan);
  });
});

describe('doubt', () => {
  const rules = {
    backoff: { firstMs: 1_000, maxMs: 30_000 },
    retryAfterMaxMs: 60_000,
    random: () => 1,
  };
  const after = (before: Doubt | undefined, chats: string, ...failings: Failing[]) =>
    doubtAfter(before, { chats: chats.split(''), failings, nowMs: 1_000 }, rules);

  test('of a batch lets its chats be tried at once', () => {
    expect(after(undefined, '', failing())).toEqual({
      failed: [],
      attempts: 0,
      sinceMs: 1_000,
      untilMs: 1_000,
      askedUntilMs: 1_000,
    });
  });

  test('grows with each try in vain, and its pause with it', () => {
    let now = after(undefined, 'a', failing());
    expect(now).toEqual({
      failed: ['a'],
      attempts: 1,
      sinceMs: 1_000,
      untilMs: 2_000,
      askedUntilMs: 1_000,
    });
    now = after(now, 'bc', failing(), failing());
    expect(now).toEqual({
      failed: ['a', 'b', 'c'],
      attempts: 2,
      sinceMs: 1_000,
      untilMs: 3_000,
      askedUntilMs: 1_000,
    });
    expect(isConvinced(now)).toBe(false);
    now = after(now, 'd', failing());
    expect(isConvinced(now)).toBe(true);
    now = after(now, 'a', failing());
    expect(now).toMatchObject({ failed: ['b', 'c', 'd', 'a'], attempts: 4, untilMs: 9_000 });
    for (let i = 0; i < 100; i += 1) now = after(now, 'a', failing());
    expect(now.untilMs).toBe(31_000);
  });

  test('that is of chats only lets all others go on at once', () => {
    const ofChats = { failed: ['a'], untilMs: 40, askedUntilMs: 40 };
    expect(doubtOfChats(doubt(['a']), 40)).toMatchObject(ofChats);
    expect(doubtOfChats(doubt(['a'], { askedUntilMs: 100 }), 40)).toMatchObject(ofChats);
  });

  test('obeys Retry-After, within a bound', () => {
    expect(after(undefined, '', failing(5_000))).toMatchObject({
      untilMs: 6_000,
      askedUntilMs: 6_000,
    });
    expect(after(undefined, 'ab', failing(500), failing())).toMatchObject({
      untilMs: 2_000,
      askedUntilMs: 1_500,
    });
    expect(after(undefined, 'a', failing(86_400_000)).untilMs).toBe(61_000);
  });
});
