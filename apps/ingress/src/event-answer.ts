import type { EventAnswer } from '@switchboard/protocol';
import type { Accepted } from './append.ts';

/** What is answered for one event that was appended. */
export function eventAnswerOf({ eventId, position }: Accepted): EventAnswer {
  return { event_id: eventId, position };
}
