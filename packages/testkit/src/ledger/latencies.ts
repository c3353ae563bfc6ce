/** How long messages took from the sender's first try to the reader. */
import type { Book, ReaderEntry } from './book.ts';

export interface Latencies {
  p50Ms: number;
  p99Ms: number;
  maxMs: number;
}

/** @param which readers that count (default all) */
export const latenciesOf = (
  { sends, readers }: Book,
  which: (reader: ReaderEntry) => boolean = () => true,
): Latencies => {
  const all = readers.filter(which).flatMap(({ numbers, timesMs }) =>
    numbers.flatMap((number, place) => {
      const send = sends[number];
      return send === undefined ? [] : [(timesMs[place] as number) - send.sentMs];
    }),
  );
  const sorted = Float64Array.from(all).sort();
  const at = (share: number) =>
    Math.round(sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0);
  return { p50Ms: at(0.5), p99Ms: at(0.99), maxMs: at(1) };
};
