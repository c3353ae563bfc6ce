import type { Message } from '../entities/message.ts';
import type { ClientData } from '../frames/client-frames.ts';
import { audienceOf, roomAudience } from './audience.ts';
import { isSet } from '../is-set.ts';
import { type SocketUser, messageForClients, messageForOperators } from './projections.ts';
import type { RoutedEvent } from './routed-event.ts';
import { type Stamp, roomPart } from './stamp.ts';

/** A new message, told to whoever its type says. `chat` in it is context and goes into nobody's copy. */
export function messageAdded(message: Message, { eventId, ts }: Stamp): RoutedEvent {
  const operators = { ...messageForOperators(message), created_at: message.created_at ?? ts };
  const clients = messageForClients(operators);
  const audience = audienceOf(message.type, message.type_role);
  const sockets = roomAudience(audience);
  const data = { message: operators };
  const room =
    sockets &&
    roomPart({
      audience: sockets,
      operators: data,
      clients: clients === operators ? data : { message: clients },
    });
  return {
    event: 'messageAdded',
    eventId,
    ts,
    chatId: message.chat_id,
    ...(room && { room }),
    // The operators in the room read it too: encoded once, and sent to Redis once.
    ...(audience.feed && room && { feed: { to: 'filtered', data: room.data, joinChat: true } }),
  };
}

export interface SentBy {
  readonly messageId: string;
  readonly chatId: string;
  readonly user: SocketUser;
  readonly ts: string;
  /** The client's, or one that was minted for it. */
  readonly clientMessageId: string;
}

const CONTENT = ['text', 'format', 'attachments', 'postback', 'meta'] as const;

/** The message that a `sendMessage` asks for. A browser's clock is not asked. */
export function sentMessage(data: ClientData['sendMessage'], sent: SentBy): Message {
  const content = CONTENT.filter((field) => isSet(data[field]));
  return {
    id: sent.messageId,
    chat_id: sent.chatId,
    type: data.type ?? 'standard',
    user: sent.user,
    client_message_id: sent.clientMessageId,
    ...Object.fromEntries(content.map((field) => [field, data[field]])),
    ...(isSet(data.reply_to) && { reply_to: { id: data.reply_to } }),
    status: 'sent',
    created_at: sent.ts,
  };
}
