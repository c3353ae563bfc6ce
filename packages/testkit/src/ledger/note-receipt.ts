/** Writes down one received message. */
import type { ReaderEntry } from './book.ts';
import type { Frame } from './dial.ts';

/** Texts are `#<number>` and then filling: the number is that of the send. */
export const textOf = (number: number, textChars: number): string =>
  `#${number} `.padEnd(textChars, '.');

export const numberOf = (text: unknown): number =>
  typeof text === 'string' && text.startsWith('#') ? Number.parseInt(text.slice(1), 10) : -1;

export const noteReceipt = (entry: ReaderEntry, frame: Frame, atMs: number): void => {
  entry.numbers.push(numberOf(frame.data.message.text));
  entry.timesMs.push(Math.round(atMs));
  entry.eventIds.push(frame.event_id ?? '');
  entry.positions.push(frame.position ?? '');
};
