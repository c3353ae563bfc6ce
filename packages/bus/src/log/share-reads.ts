/**
 * One reading for all who want what comes after the same position while it is under way: after a failure
 * a room's readers come back with one and the same.
 *
 * A page may have been read a moment before it was asked for. Whoever reads by the one rule notes what
 * has come since when it compares itself with the follow, and reads on.
 */
import type { LogPage } from './chain.ts';
import type { LogKeys, LogReader } from './log-reader.ts';

type Reading = Pick<LogReader, 'after' | 'before'>;

/** For the reads of one log. */
export function shareReads(reader: Reading): Reading {
  const underWay = new Map<string, Promise<LogPage>>();
  return {
    before: (log, position, maxEvents) => reader.before(log, position, maxEvents),
    after(log: LogKeys, position, maxEvents) {
      const known = underWay.get(position);
      if (known) return known;
      const reading = reader
        .after(log, position, maxEvents)
        .finally(() => underWay.delete(position));
      underWay.set(position, reading);
      return reading;
    },
  };
}
