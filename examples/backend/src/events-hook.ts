/**
 * Learns what happened. A batch may come again, whole or in part: which events were applied is kept in the same
 * transaction as what they caused.
 */
import type { Calls } from './calls.ts';
import type { Conversations, Message, User } from './conversations.ts';
import { inTransaction, type Database } from './database.ts';

export interface HookEvent {
  readonly event: string;
  readonly event_id: string;
  readonly ts: string;
  readonly chat_id?: string;
  readonly data: Readonly<Record<string, unknown>>;
}

export type EventsHook = (events: readonly HookEvent[]) => void;

interface Parts {
  readonly database: Database;
  readonly conversations: Conversations;
  readonly calls: Calls;
  readonly nowMs: () => number;
}

/** A kind that is not listed is taken and left: new ones may come with an upgrade. */
export const createEventsHook = (parts: Parts): EventsHook => {
  const { database, nowMs } = parts;
  const isNew = (eventId: string): boolean =>
    database.prepare('INSERT OR IGNORE INTO events VALUES (?, ?)').run(eventId, nowMs()).changes ===
    1;

  return (events) =>
    inTransaction(database, () => {
      for (const event of events) {
        if (isNew(event.event_id)) reactions[event.event]?.(parts, event);
      }
    });
};

type Reaction = (parts: Parts, event: HookEvent) => void;

const reactions: Readonly<Record<string, Reaction>> = {
  messageAdded: (parts, { data }) => {
    const message = data['message'] as Message;
    const { conversations } = parts;
    if (conversations.find(message.id) === undefined) conversations.add(message, 'shown');
    else conversations.setState(message.id, 'shown');
    answer(parts, message);
  },
  messageUpdated: ({ conversations }, { data }) => {
    const { id, delivered_at, read_at } = data['message'] as {
      id: string;
      delivered_at?: string;
      read_at?: string;
    };
    conversations.setReceipt(id, {
      ...(delivered_at && { deliveredAt: delivered_at }),
      ...(read_at && { readAt: read_at }),
    });
  },
  userConnected: ({ conversations }, { chat_id = '', data }) =>
    conversations.setPresent(chat_id, data['user'] as User, true),
  userDisconnected: ({ conversations }, { chat_id = '', data }) =>
    conversations.setPresent(chat_id, data['user'] as User, false),
};

const question = /\b(?:open|opening|hours)\b/iu;

/** The bot. Its message has an id that follows from the question's, so that there is one, whatever happens. */
const answer = ({ conversations, calls, nowMs }: Parts, { id, chat_id, user, text }: Message) => {
  if (user?.role !== 'client' || !question.test(text ?? '')) return;
  const reply = {
    id: `bot-${id}`,
    chat_id,
    type: 'bot',
    user: { id: 'bot', role: 'bot', name: 'Robin' },
    text: 'We are here from 9 to 17 h, on workdays.',
    reply_to: { id },
    created_at: new Date(nowMs()).toISOString(),
  };
  calls.publish(conversations.add(reply, 'posting'));
};
