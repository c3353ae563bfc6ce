/** The messages that are posted: ids of their own, spread over chats, a stamp in the text. */
import { randomBytes } from 'node:crypto';
import { writeStamp } from './stamp.ts';

/** Messages are numbered from 1. */
export type MakeBody = (number: number, intendedUs: number) => string;

const filler = 'Hello, my order has not arrived yet. Could you have a look?';

/** New in every run, so that nothing is a duplicate. */
export const newRunId = (): string => randomBytes(6).toString('hex');

/** Chats are taken in turn: message `n` goes to chat `n % chats`. */
export const createMessageBodies =
  (chats: number, run: string): MakeBody =>
  (number, intendedUs) =>
    `{"id":"${run}-${number}","chat_id":"${chatIdOf(number % chats)}","type":"standard",` +
    `"user":{"id":"visitor-7","role":"client","name":"Ada"},` +
    `"text":"${writeStamp(intendedUs)} ${filler}"}`;

export const chatIdOf = (chat: number): string => `bench-${chat}`;

/** Gives the number of the message that a frame carries, or -1 when it carries none of this run. */
export const createNumberReader = (run: string) => {
  const marker = `"${run}-`;
  return (bytes: Buffer, start: number, end: number): number => {
    const at = bytes.indexOf(marker, start, 'latin1');
    if (at < 0 || at >= end) return -1;
    const from = at + marker.length;
    return Number(bytes.toString('latin1', from, bytes.indexOf('"', from, 'latin1')));
  };
};
