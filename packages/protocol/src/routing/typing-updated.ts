import { type SocketUser, userForClients, userKey } from './projections.ts';
import type { RoutedEvent } from './routed-event.ts';
import { type Stamp, roomPart } from './stamp.ts';

export interface Typing {
  readonly chatId: string;
  readonly user: SocketUser;
  readonly isTyping: boolean;
  /** An operator composes a note: clients are not told. Means nothing from a client. */
  readonly isPrivate?: boolean | undefined;
  /** What a visitor has typed so far: for operators in the room. Means nothing from an operator. */
  readonly preview?: string | null | undefined;
  /** How long the indicator lives, ms. */
  readonly ttlMs: number;
}

/** Typing, told to the room but the sender's own tabs, and to `/broadcast`. Published, never logged. */
export function typingUpdated(typing: Typing, { eventId, ts }: Stamp): RoutedEvent {
  const { chatId, user } = typing;
  const isPrivate = user.role === 'operator' && typing.isPrivate === true;
  const common = payload(typing, isPrivate);
  const shown = userForClients(user);
  return {
    event: 'typingUpdated',
    eventId,
    ts,
    chatId,
    room: roomPart({
      audience: isPrivate ? 'operators' : 'all',
      operators: { ...common, ...previewOf(typing) },
      clients: { ...common, user: shown },
      except: userKey(user),
    }),
    feed: { to: 'filtered', data: JSON.stringify(common) },
  };
}

function payload({ chatId, user, isTyping, ttlMs }: Typing, isPrivate: boolean) {
  return {
    chat_id: chatId,
    user,
    is_typing: isTyping,
    ...(isPrivate && { is_private: true }),
    expires_in_ms: isTyping ? ttlMs : 0,
  };
}

function previewOf({ user, preview, isTyping }: Typing) {
  return user.role === 'client' && isTyping && typeof preview === 'string' ? { preview } : {};
}
