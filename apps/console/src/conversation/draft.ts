/** One's own message while it is not accepted: what is shown of it, and what it takes to send it again. */
import type { Message, OutgoingMessage, User } from '@switchboard/client';

export type Me = Pick<User, 'id' | 'role' | 'name'>;

/** The parts of a message that this console writes. */
export type Content = Pick<OutgoingMessage, 'type' | 'text' | 'postback'>;

/** What is shown until the accepted message comes. */
export function draftOf(chatId: string, me: Me, outgoing: OutgoingMessage): Message {
  const { client_message_id, type = 'standard', text, postback } = outgoing;
  const button = postback && { ...postback, action_id: String(postback.action_id) };
  return {
    id: client_message_id ?? '',
    chat_id: chatId,
    type,
    user: { id: me.id, role: me.role ?? 'client', name: me.name },
    text: text ?? button?.action_id ?? '',
    ...(button && { postback: button }),
    client_message_id,
    created_at: new Date().toISOString(),
  };
}

/** What a draft was made of: a button that was pressed stays one. */
export function contentOf({ type, text, postback }: Message): Content {
  return {
    text: text ?? null,
    ...(type === 'note' && { type }),
    ...(postback != null && { postback }),
  };
}
