/** What stands around the data in examples of frames. */
import { chatId } from './example-entities.ts';

export const room = { chat_id: chatId };

/** Of an event that is kept in a log. */
export const logged = (event_id: string, ts: string, position: string) => ({
  event_id,
  ts,
  ...room,
  position,
});
