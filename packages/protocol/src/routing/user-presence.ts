import { type SocketUser, userForClients, userKey } from './projections.ts';
import type { RoutedEvent } from './routed-event.ts';
import { type Stamp, roomPart } from './stamp.ts';

export interface Presence {
  readonly chatId: string;
  readonly user: SocketUser;
}

/** `left`: a close frame came; `timeout`: none did; `kicked`: `/sessions/disconnect`. */
export type DisconnectReason = 'left' | 'timeout' | 'kicked';

/** A user's first connection in a room, told to all others there. Published, never logged. */
export function userConnected(presence: Presence, stamp: Stamp): RoutedEvent {
  return presenceEvent('userConnected', presence, { stamp, more: {} });
}

/** A user's last connection in a room is gone. Published, never logged. */
export function userDisconnected(
  presence: Presence & { readonly reason: DisconnectReason },
  stamp: Stamp,
): RoutedEvent {
  return presenceEvent('userDisconnected', presence, { stamp, more: { reason: presence.reason } });
}

function presenceEvent(
  event: 'userConnected' | 'userDisconnected',
  { chatId, user }: Presence,
  { stamp, more }: { stamp: Stamp; more: object },
): RoutedEvent {
  const operators = { chat_id: chatId, user, ...more };
  const clients = { chat_id: chatId, user: userForClients(user), ...more };
  return {
    event,
    ...stampOf(stamp),
    chatId,
    room: roomPart({ audience: 'all', operators, clients, except: userKey(user) }),
  };
}

function stampOf({ eventId, ts }: Stamp): Stamp {
  return { eventId, ts };
}
