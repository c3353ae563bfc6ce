/** Writes down one received message. */
import type { Book, ReaderEntry } from './book.ts';

/** Texts are `#<number>` and then filling: the number is that of the send. */
export const textOf = (number: number, textChars: number): string =>
  `#${number} `.padEnd(textChars, '.');

const numberOf = (text: unknown): number =>
  typeof text === 'string' && text.startsWith('#') ? Number.parseInt(text.slice(1), 10) : -1;

export const noteReceipt = (
  book: Book,
  entry: ReaderEntry,
  message: { text: unknown; eventId: string | undefined },
  atMs: number,
): void => {
  const number = numberOf(message.text);
  entry.numbers.push(number);
  entry.timesMs.push(Math.round(atMs));
  const send = book.sends[number];
  if (send === undefined) return;
  send.eventId ??= message.eventId;
  if (send.eventId !== message.eventId) book.forks.push({ number, reader: entry.name });
};
