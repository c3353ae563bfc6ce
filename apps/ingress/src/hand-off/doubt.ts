/**
 * Whether it is the backend that fails, or only some chats. While it is trusted a batch goes in one call. When
 * that fails, chats are tried alone: a chat that fails while another gets through is parked; when none gets
 * through it is the backend, which is then called less and less, each time for another chat. What gets through
 * in other partitions counts, too.
 *
 * | doubt                         | chats at hand              | plan                                |
 * |-------------------------------|----------------------------|-------------------------------------|
 * | none                          | any                        | all of them, in one call            |
 * | asked to wait (`Retry-After`) | any                        | wait                                |
 * | fewer than 4 have failed      | some that have not         | these alone, up to 4 in all         |
 * | any                           | failed ones, others behind | park them                           |
 * | its pause is not over         | any                        | wait                                |
 * | its pause is over             | any                        | one alone, the longest untried      |
 */
import { backoffMs, type BackoffOptions } from '@switchboard/hooks';
import type { Lane } from './batch.ts';
import type { Failing } from './verdict.ts';

/** Since when nothing got through. */
export interface Doubt {
  /** Chats that have failed alone; the one that was tried last is the last. */
  readonly failed: readonly Lane[];
  /** In vain, in a row. */
  readonly attempts: number;
  /** When the first of them had failed. */
  readonly sinceMs: number;
  readonly untilMs: number;
  /** The backend has asked for a pause until then: nobody is tried before. */
  readonly askedUntilMs: number;
}

export type Plan =
  | { readonly kind: 'all' }
  | { readonly kind: 'alone'; readonly chats: readonly Lane[] }
  | { readonly kind: 'park' }
  | { readonly kind: 'wait'; readonly ms: number };

/** So many different chats that fail are the backend. */
const CONVINCED_CHATS = 4;
/** More are not kept in mind: the first ones are tried again. */
const REMEMBERED_CHATS = 1_000;

/** It is the backend, as far as can be told. */
export function isConvinced(doubt: Doubt | undefined): boolean {
  return doubt !== undefined && doubt.failed.length >= CONVINCED_CHATS;
}

export interface AtHand {
  /** In the order of their oldest events; at least one. */
  readonly chats: readonly Lane[];
  /** There are events behind them, perhaps of other chats. */
  readonly isMore: boolean;
}

export function planFor(doubt: Doubt | undefined, { chats, isMore }: AtHand, nowMs: number): Plan {
  if (doubt === undefined) return { kind: 'all' };
  const { failed, untilMs, askedUntilMs } = doubt;
  if (nowMs < askedUntilMs) return { kind: 'wait', ms: askedUntilMs - nowMs };
  const untried = chats.filter((chat) => !failed.includes(chat));
  const more = CONVINCED_CHATS - failed.length;
  if (untried.length > 0 && more > 0) return { kind: 'alone', chats: untried.slice(0, more) };
  if (isMore && untried.length === 0) return { kind: 'park' };
  if (nowMs < untilMs) return { kind: 'wait', ms: untilMs - nowMs };
  const longest = untried[0] ?? failed.find((chat) => chats.includes(chat));
  return { kind: 'alone', chats: [longest] };
}

export interface Failure {
  /** Those that failed alone; none: a batch of several did. */
  readonly chats: readonly Lane[];
  readonly failings: readonly Failing[];
  readonly nowMs: number;
}

export interface DoubtRules {
  readonly backoff: BackoffOptions;
  readonly retryAfterMaxMs: number;
  readonly random: () => number;
}

export function doubtAfter(
  doubt: Doubt | undefined,
  { chats, failings, nowMs }: Failure,
  { backoff, retryAfterMaxMs, random }: DoubtRules,
): Doubt {
  const before = doubt?.failed ?? [];
  const askedMs = Math.min(retryAfterOf(failings), retryAfterMaxMs);
  // A batch that failed says nothing of its chats: they are tried at once.
  const attempts = (doubt?.attempts ?? 0) + Math.min(1, chats.length);
  const pauseMs = attempts === 0 ? 0 : backoffMs(attempts - 1, backoff, random);
  return {
    failed: [...before.filter((chat) => !chats.includes(chat)), ...chats].slice(-REMEMBERED_CHATS),
    attempts,
    sinceMs: doubt?.sinceMs ?? nowMs,
    untilMs: nowMs + Math.max(askedMs, pauseMs),
    askedUntilMs: nowMs + askedMs,
  };
}

/** It is known that the backend takes what others have: no pause is for all. */
export function doubtOfChats(doubt: Doubt, nowMs: number): Doubt {
  return { ...doubt, untilMs: Math.min(doubt.untilMs, nowMs), askedUntilMs: nowMs };
}

export function retryAfterOf(failings: readonly Failing[]): number {
  return Math.max(0, ...failings.map(({ retryAfterMs }) => retryAfterMs ?? 0));
}
