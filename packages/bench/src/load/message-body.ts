/** The messages that are posted: ids of their own, spread over chats, a stamp in the text. */
import { randomBytes } from 'node:crypto';
import { writeStamp } from './stamp.ts';

/** Messages are numbered from 1. */
export type MakeBody = (number: number, intendedUs: number) => string;

export const filler = 'Hello, my order has not arrived yet. Could you have a look?';

/** New in every run, so that nothing is a duplicate. */
export const newRunId = (): string => randomBytes(6).toString('hex');

/** Chats are taken in turn: message `n` goes to chat `n % chats`. */
export const createMessageBodies =
  (chats: number, run: string): MakeBody =>
  (number, intendedUs) =>
    renderMessage({
      id: `${run}-${number}`,
      chatId: chatIdOf(number % chats),
      userId: 'visitor-7',
      text: `${writeStamp(intendedUs)} ${filler}`,
    });

interface Message {
  id: string;
  chatId: string;
  userId: string;
  text: string;
}

/** As JSON; nothing in it may need an escape. */
export const renderMessage = ({ id, chatId, userId, text }: Message): string =>
  `{"id":"${id}","chat_id":"${chatId}","type":"standard",` +
  `"user":{"id":"${userId}","role":"client","name":"Ada"},"text":"${text}"}`;

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
