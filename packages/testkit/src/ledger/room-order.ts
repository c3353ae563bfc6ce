/**
 * The one order of a room, put together from what its readers saw: the longest account first, what it does
 * not have is put behind what another reader had before it.
 */
import type { ReaderEntry } from './book.ts';

/** The place of each number that anybody received. */
export type Ranks = ReadonlyMap<number, number>;

export const orderOf = (accounts: readonly (readonly number[])[]): Ranks => {
  const next = new Map<number, number>([[start, end]]);
  const longestFirst = accounts.toSorted((one, other) => other.length - one.length);
  for (const account of longestFirst) {
    let previous = start;
    for (const number of account) {
      if (!next.has(number)) {
        next.set(number, next.get(previous) as number);
        next.set(previous, number);
      }
      previous = number;
    }
  }
  const ranks = new Map<number, number>();
  for (let at = next.get(start) as number; at !== end; at = next.get(at) as number)
    ranks.set(at, ranks.size);
  return ranks;
};

/** What a reader received of a room, without repeats: numbers, and their places among its receipts. */
export interface Account {
  reader: ReaderEntry;
  numbers: number[];
  places: number[];
}

export const accountsOf = (
  reader: ReaderEntry,
  roomOf: (number: number) => number | undefined,
): Map<number, Account> => {
  const accounts = new Map<number, Account>();
  const seen = new Set<number>();
  for (const [place, number] of reader.numbers.entries()) {
    const room = roomOf(number);
    if (room === undefined || seen.has(number)) continue;
    seen.add(number);
    const account = accounts.get(room) ?? { reader, numbers: [], places: [] };
    account.numbers.push(number);
    account.places.push(place);
    accounts.set(room, account);
  }
  return accounts;
};

const start = -1;
const end = -2;
