/** Events for `/broadcast` alone: chats, operators, global data. */
import type { Chat } from '../entities/chat.ts';
import type { Operator } from '../entities/operator.ts';
import type { User } from '../entities/user.ts';
import { chatForClients, chatForOperators, withRole } from './projections.ts';
import type { RoutedEvent } from './routed-event.ts';
import type { Stamp } from './stamp.ts';

export interface ChatUpdatedOptions {
  /** True: clients in the room get a trimmed copy. Default false. */
  readonly clientsCopy?: boolean;
}

export function chatUpdated(
  chat: Chat,
  stamp: Stamp,
  { clientsCopy = false }: ChatUpdatedOptions = {},
): RoutedEvent {
  const trimmed = { chat: chatForClients(chat) };
  return {
    event: 'chatUpdated',
    eventId: stamp.eventId,
    ts: stamp.ts,
    chatId: chat.id,
    ...(clientsCopy && { room: { audience: 'clients', data: JSON.stringify(trimmed) } }),
    feed: { to: 'filtered', data: JSON.stringify({ chat: chatForOperators(chat) }) },
  };
}

/** The body of `POST /notifications/chat`: a chat with somebody to tell. */
export type NotificationBody = Chat & { operator_user: User; notification?: unknown };

/** Told to every `/broadcast` session of `chat.operator_user`. */
export function chatNotification(body: NotificationBody, stamp: Stamp): RoutedEvent {
  const { notification, ...chat } = body;
  const data = {
    chat: chatForOperators(chat as Chat),
    ...(notification !== undefined && { notification }),
  };
  return {
    event: 'chatNotification',
    eventId: stamp.eventId,
    ts: stamp.ts,
    chatId: body.id,
    feed: { to: { operatorId: body.operator_user.id }, data: JSON.stringify(data) },
  };
}

export function operatorUpdated(operator: Operator, stamp: Stamp): RoutedEvent {
  return forAll('operatorUpdated', { operator }, stamp);
}

/** The body as it came. */
export function globalUpdated(body: Record<string, unknown>, stamp: Stamp): RoutedEvent {
  return forAll('globalUpdated', body, stamp);
}

/** An operator's first `/broadcast` session. Published, never logged. */
export function operatorConnected(operatorUser: User, stamp: Stamp): RoutedEvent {
  return forAll('operatorConnected', { operator_user: withRole(operatorUser, 'operator') }, stamp);
}

/** An operator's last `/broadcast` session is gone. Published, never logged. */
export function operatorDisconnected(operatorUser: User, stamp: Stamp): RoutedEvent {
  return forAll(
    'operatorDisconnected',
    { operator_user: withRole(operatorUser, 'operator') },
    stamp,
  );
}

function forAll(event: string, data: object, { eventId, ts }: Stamp): RoutedEvent {
  return { event, eventId, ts, feed: { to: 'all', data: JSON.stringify(data) } };
}
