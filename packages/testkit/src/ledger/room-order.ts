/**
 * The one order of a room, put together from what its log holds and what its readers saw: the longest
 * account first, what it does not have is put behind what another one had before it.
 */
import type { ReaderEntry } from './book.ts';
import type { Execution } from './history.ts';

/** The place of each execution, by its index. */
export type Ranks = ReadonlyMap<number, number>;

export const orderOf = (accounts: readonly (readonly number[])[]): Ranks => {
  const next = new Map<number, number>([[start, end]]);
  const longestFirst = accounts.toSorted((one, other) => other.length - one.length);
  for (const account of longestFirst) {
    let previous = start;
    for (const index of account) {
      if (!next.has(index)) {
        next.set(index, next.get(previous) as number);
        next.set(previous, index);
      }
      previous = index;
    }
  }
  const ranks = new Map<number, number>();
  for (let at = next.get(start) as number; at !== end; at = next.get(at) as number)
    ranks.set(at, ranks.size);
  return ranks;
};

/** What a reader received of a room, without repeats. */
export interface Account {
  reader: ReaderEntry;
  executions: Execution[];
}

export const accountsOf = (
  reader: ReaderEntry,
  received: (at: number) => Execution | undefined,
): Map<number, Account> => {
  const accounts = new Map<number, Account>();
  const seen = new Set<Execution>();
  for (const at of reader.numbers.keys()) {
    const execution = received(at);
    if (execution === undefined || seen.has(execution)) continue;
    seen.add(execution);
    const account = accounts.get(execution.room) ?? { reader, executions: [] };
    account.executions.push(execution);
    accounts.set(execution.room, account);
  }
  return accounts;
};

const start = -1;
const end = -2;
