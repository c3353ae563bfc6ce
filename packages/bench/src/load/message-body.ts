/** The messages that are posted: ids of their own, spread over chats, a stamp in the text. */
import { randomBytes } from 'node:crypto';
import { writeStamp } from './stamp.ts';

export type MakeBody = (intendedUs: number) => string;

const filler = 'Hello, my order has not arrived yet. Could you have a look?';

/** Chats are taken in turn. Ids are new in every run, so that nothing is a duplicate. */
export const createMessageBodies = (chats: number): MakeBody => {
  const run = randomBytes(6).toString('hex');
  let count = 0;
  return (intendedUs) => {
    count += 1;
    return (
      `{"id":"${run}-${count}","chat_id":"bench-${count % chats}","type":"standard",` +
      `"user":{"id":"visitor-7","role":"client","name":"Ada"},` +
      `"text":"${writeStamp(intendedUs)} ${filler}"}`
    );
  };
};
