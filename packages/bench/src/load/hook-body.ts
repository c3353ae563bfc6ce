/** What the send hook says of a message, as long as in the product. */
import { randomBytes } from 'node:crypto';
import { chatIdOf, filler } from './message-body.ts';
import { writeStamp } from './stamp.ts';

const user = { id: 'visitor-2000', role: 'client' };
const chatId = chatIdOf(1000);
const clientMessageId = `${randomBytes(6).toString('hex')}0-1000`;

/** @param key 32 hex digits */
export const createHookBody = (key: string, ts: string): string =>
  JSON.stringify({
    event: 'sendMessage',
    id: key,
    ts,
    chat_id: chatId,
    user,
    message: {
      id: '018f2f7e-7b0a-8c2e-9d1f-3a5b6c7d8e9f',
      chat_id: chatId,
      type: 'standard',
      user,
      text: `${writeStamp(0)} ${filler}`,
      client_message_id: clientMessageId,
      created_at: ts,
    },
    session_id: '018f2f7e-7b0a-7c2e-9d1f-3a5b6c7d8e9f',
  });
