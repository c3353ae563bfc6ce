/**
 * When sources were told: the id that Redis gave the `operatorUpdated` in its feed, `<ms>-<number>`.
 * Positions are compared for equality everywhere else; here two events of one feed have to be put in
 * order, and a wrong order (Redis lost the feed, and its clock stepped back) costs one update's sources.
 */
import type { Position } from '../contract.ts';

export interface ToldAt {
  readonly ms: number;
  readonly number: number;
}

/** The beginning of time for what is no position of a feed: everything else is newer. */
export function toldAt(position: Position): ToldAt {
  const [, ms, number] = /^\d+:(\d+)-(\d+)\./u.exec(position) ?? [];
  return { ms: Number(ms ?? 0), number: Number(number ?? 0) };
}

export function isOlder(one: ToldAt, other: ToldAt): boolean {
  return one.ms < other.ms || (one.ms === other.ms && one.number < other.number);
}
