/** Who is typing where. An indicator that is not repeated ends by itself. */
import type { ServerData, User } from '@switchboard/client';

export interface Typist {
  readonly user: User;
  readonly isPrivate: boolean;
  readonly preview: string | undefined;
}

export interface TypingBook {
  in(chatId: string): readonly Typist[];
  note(data: ServerData['typingUpdated']): void;
  /** A message ends its writer's typing. */
  ended(chatId: string, userId: string | undefined): void;
  clear(): void;
}

export interface Clock {
  readonly now: () => number;
  readonly after: (ms: number, call: () => void) => unknown;
}

interface Indicator extends Typist {
  readonly endsAt: number;
}

const none: readonly Typist[] = [];

export function createTypingBook({ now, after }: Clock, onChange: () => void): TypingBook {
  const chats = new Map<string, Map<string, Indicator>>();

  const drop = (chatId: string, userId: string) => {
    const indicators = chats.get(chatId);
    if (indicators?.delete(userId) !== true) return;
    if (indicators.size === 0) chats.delete(chatId);
    onChange();
  };
  const expire = (chatId: string, userId: string) => {
    const indicator = chats.get(chatId)?.get(userId);
    if (indicator !== undefined && indicator.endsAt <= now()) drop(chatId, userId);
  };

  return {
    in: (chatId) => [...(chats.get(chatId)?.values() ?? none)],
    note({ chat_id, user, is_typing, is_private, preview, expires_in_ms }) {
      if (!is_typing) return drop(chat_id, user.id);
      const indicators = chats.get(chat_id) ?? new Map<string, Indicator>();
      chats.set(chat_id, indicators);
      const known = indicators.get(user.id);
      indicators.set(user.id, {
        user,
        isPrivate: is_private === true,
        preview: preview ?? known?.preview,
        endsAt: now() + expires_in_ms,
      });
      after(expires_in_ms, () => expire(chat_id, user.id));
      onChange();
    },
    ended: (chatId, userId) => {
      if (userId !== undefined) drop(chatId, userId);
    },
    clear() {
      chats.clear();
      onChange();
    },
  };
}
