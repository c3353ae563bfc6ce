/**
 * Ends what was left open. The hook said yes and the message never came into the chat: the answer was lost, or
 * the edge died, and nobody sent it again. Posted with its `client_message_id` it is there once, whoever else
 * may still be at it.
 */
import type { Calls } from './calls.ts';
import type { Conversations } from './conversations.ts';
import { inTransaction, type Database } from './database.ts';

/** Longer than the gateway goes on by itself. */
const openForMs = 60_000;

export const settle = ({
  database,
  conversations,
  calls,
  nowMs,
}: {
  readonly database: Database;
  readonly conversations: Conversations;
  readonly calls: Calls;
  readonly nowMs: () => number;
}): void =>
  inTransaction(database, () => {
    for (const message of conversations.unsettled(nowMs() - openForMs)) {
      conversations.setState(message.id, 'posting');
      calls.publish(message);
    }
  });
