import type { Message } from '../entities/message.ts';
import type { MessageType, TypeRole } from '../scalars.ts';
import { audienceOf, roomAudience } from './audience.ts';
import { isSet } from '../is-set.ts';
import { messageForClients, messageForOperators } from './projections.ts';
import type { RoutedEvent } from './routed-event.ts';
import { type Stamp, roomPart } from './stamp.ts';

/** Fields of a message that is known to exist. */
export type MessageUpdate = Partial<Message> & Pick<Message, 'id' | 'chat_id'>;

/** What is known of the message: an update cannot change it. */
export interface KnownType {
  readonly type: MessageType;
  readonly typeRole?: TypeRole | null | undefined;
}

const NOT_CHANGES = new Set(['id', 'chat_id', 'updated_at']);
const EDITS = ['text', 'format', 'attachments'];

/** An update, told to whoever may see the message. */
export function messageUpdated(
  update: MessageUpdate,
  known: KnownType,
  { eventId, ts }: Stamp,
): RoutedEvent {
  const { type: _type, type_role: _typeRole, ...shown } = messageForOperators(update);
  const changed = namesOf(shown);
  const message = {
    ...shown,
    type: known.type,
    ...(isSet(known.typeRole) && { type_role: known.typeRole }),
    ...editedAt(update, changed, ts),
    updated_at: update.updated_at ?? ts,
  };
  const audience = audienceOf(known.type, known.typeRole);
  const sockets = roomAudience(audience);
  const operators = { message, changed };
  const clients = { message: messageForClients(message), changed };
  const room = sockets && roomPart({ audience: sockets, operators, clients });
  return {
    event: 'messageUpdated',
    eventId,
    ts,
    chatId: update.chat_id,
    ...(room && { room }),
    ...(audience.feed && room && { feed: { to: 'filtered', data: room.data } }),
  };
}

function namesOf(message: object): string[] {
  return Object.entries(message).flatMap(([name, value]) =>
    value === undefined || NOT_CHANGES.has(name) ? [] : [name],
  );
}

/** When the content was edited, if it was and the backend does not say when. */
function editedAt(update: MessageUpdate, changed: readonly string[], ts: string) {
  const isEdit = EDITS.some((field) => changed.includes(field)) && !isSet(update.deleted_at);
  return isEdit && update.edited_at === undefined ? { edited_at: ts } : {};
}
