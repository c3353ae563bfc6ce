/** The accepted messages of a thread, found by their ids; the oldest go when there are too many. */
import type { Message } from '@switchboard/client';
import { laterMark, markOf, type Entry } from './entry.ts';

export interface Accepted {
  readonly entries: Entry[];
  /** -1: not there (any more). */
  indexOf(id: string): number;
  append(key: string, message: Message): void;
  /** Fields that are absent stay as they were. */
  merge(id: string, change: Partial<Message>): void;
  /** Whether messages may be missing after this one. */
  setGap(id: string, isThere: boolean): void;
}

/** So many go at once: one by one each would move all others. */
const dropCount = 100;

export function createAccepted(max: number): Accepted {
  const entries: Entry[] = [];
  const indexes = new Map<string, number>();
  let dropped = 0;
  const indexOf = (id: string): number => {
    const index = indexes.get(id);
    return index === undefined ? -1 : index - dropped;
  };
  const trim = () => {
    if (entries.length < max + dropCount) return;
    for (const { message } of entries.splice(0, dropCount)) indexes.delete(message.id);
    dropped += dropCount;
  };
  return {
    entries,
    indexOf,
    append(key, message) {
      entries.push({ key, message, mark: markOf(message) });
      indexes.set(message.id, entries.length - 1 + dropped);
      trim();
    },
    setGap(id, isThere) {
      const index = indexOf(id);
      const entry = entries[index];
      if (entry === undefined) return;
      const { isBeforeGap: _before, ...rest } = entry;
      entries[index] = { ...rest, ...(isThere && { isBeforeGap: true as const }) };
    },
    merge(id, change) {
      const index = indexOf(id);
      const entry = entries[index];
      if (entry === undefined) return;
      const message: Message = { ...entry.message, ...change };
      entries[index] = { ...entry, message, mark: laterMark(entry.mark, markOf(message)) };
    },
  };
}
