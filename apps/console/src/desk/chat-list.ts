/** The chats of a desk: what is known of each, how much of it is unread, and in what order they stand. */
import type { Chat, Message, ServerData } from '@switchboard/client';

export interface ChatEntry {
  readonly id: string;
  readonly chat: Chat;
  readonly last: Pick<Message, 'text' | 'user' | 'type'> | undefined;
  /** The visitor's messages that no operator has read. */
  readonly unread: number;
  readonly activeAtMs: number;
}

export interface ChatFilter {
  readonly text: string;
  readonly status: string;
  readonly widget: string;
  readonly department: string;
  readonly onlyUnread: boolean;
}

export const noFilter: ChatFilter = {
  text: '',
  status: '',
  widget: '',
  department: '',
  onlyUnread: false,
};

export interface Named {
  readonly id: string;
  readonly name: string;
}

export interface ChatList {
  readonly size: number;
  readonly unread: number;
  get(id: string): ChatEntry | undefined;
  /** The newest activity first. */
  select(filter: ChatFilter): readonly ChatEntry[];
  /** Those that have been seen, by name. */
  widgets(): readonly Named[];
  departments(): readonly Named[];
  onMessage(data: ServerData['messageAdded'], atMs: number): void;
  onChat(chat: Chat, atMs: number): void;
  onReceipt(data: ServerData['messageUpdated']): void;
  markRead(id: string): void;
  clear(): void;
}

/** A tenth more may be there: sorted with every new one, they would cost too much. */
const chatsMaxDefault = 10_000;

/**
 * @param isReading whether an operator sees this chat now: what comes is not unread then
 * @param chatsMax how many chats are kept: those with the newest activity, and for a while a tenth more
 */
export function createChatList(
  isReading: (chatId: string) => boolean,
  chatsMax = chatsMaxDefault,
): ChatList {
  const entries = new Map<string, ChatEntry>();
  const widgets = new Map<string, Named>();
  const departments = new Map<string, Named>();

  const enter = (id: string, change: (known: ChatEntry) => Partial<ChatEntry>) => {
    const known = entries.get(id) ?? emptyEntry(id);
    entries.set(id, { ...known, ...change(known) });
    if (entries.size > chatsMax * 1.1) dropOldest();
  };
  const dropOldest = () => {
    for (const { id } of [...entries.values()].toSorted(newestFirst).slice(chatsMax))
      entries.delete(id);
  };
  const noteSources = ({ widget, department }: Chat) => {
    if (widget != null) widgets.set(widget.id, named(widget));
    if (department != null) departments.set(department.id, named(department));
  };
  const unreadAfter = (known: ChatEntry, { user, type }: Message): number => {
    if (user?.role === 'operator') return 0;
    const counts = type === 'standard' && user?.role === 'client' && !isReading(known.id);
    return counts ? known.unread + 1 : known.unread;
  };

  return {
    get size() {
      return entries.size;
    },
    get unread() {
      return [...entries.values()].filter(({ unread }) => unread > 0).length;
    },
    get: (id) => entries.get(id),
    select: (filter) => [...entries.values()].filter(matcher(filter)).toSorted(newestFirst),
    widgets: () => byName(widgets),
    departments: () => byName(departments),
    onMessage({ message, chat }, atMs) {
      if (chat !== undefined) noteSources(chat);
      enter(message.chat_id, (known) => ({
        chat: mergeChat(known.chat, withClient(chat, message)),
        last: message,
        unread: unreadAfter(known, message),
        activeAtMs: Math.max(known.activeAtMs, atMs),
      }));
    },
    onChat(chat, atMs) {
      noteSources(chat);
      enter(chat.id, (known) => ({
        chat: mergeChat(known.chat, chat),
        last: chat.last_message == null ? known.last : (chat.last_message as ChatEntry['last']),
        unread: chat.unread?.operator ?? known.unread,
        activeAtMs: Math.max(known.activeAtMs, atMs),
      }));
    },
    onReceipt({ message, by, changed }) {
      const isRead =
        by?.role === 'operator' && (changed.includes('read_at') || message.status === 'read');
      if (isRead && entries.has(message.chat_id)) enter(message.chat_id, () => ({ unread: 0 }));
    },
    markRead(id) {
      if ((entries.get(id)?.unread ?? 0) > 0) enter(id, () => ({ unread: 0 }));
    },
    clear: () => entries.clear(),
  };
}

/** A visitor's name, from the chat or from what was written in it. */
export function titleOf({ id, chat }: Pick<ChatEntry, 'id' | 'chat'>): string {
  return chat.client_user?.name ?? chat.subject ?? `Chat ${id}`;
}

const emptyEntry = (id: string): ChatEntry => ({
  id,
  chat: { id },
  last: undefined,
  unread: 0,
  activeAtMs: 0,
});

/** The backend may never have told of the chat: then its visitor is who writes in it. */
function withClient(chat: Chat | undefined, message: Message): Chat {
  const told = chat ?? { id: message.chat_id };
  if (told.client_user != null || message.user?.role !== 'client') return told;
  return { ...told, client_user: message.user };
}

/** Field by field; an older version than the known one changes nothing. Absent fields are unchanged. */
function mergeChat(known: Chat, told: Chat): Chat {
  if (known.version != null && told.version != null && told.version < known.version) return known;
  return { ...known, ...told };
}

const newestFirst = (one: ChatEntry, other: ChatEntry): number =>
  other.activeAtMs - one.activeAtMs || (one.id < other.id ? -1 : 1);

function matcher(filter: ChatFilter): (entry: ChatEntry) => boolean {
  const words = filter.text.toLowerCase().split(/\s+/u).filter(Boolean);
  const fits = (wanted: string, value: string | null | undefined) =>
    wanted === '' || wanted === value;
  return (entry) =>
    (!filter.onlyUnread || entry.unread > 0) &&
    fits(filter.status, entry.chat.status) &&
    fits(filter.widget, entry.chat.widget?.id) &&
    fits(filter.department, entry.chat.department?.id) &&
    words.every((word) => textOf(entry).includes(word));
}

const textOf = (entry: ChatEntry): string =>
  `${titleOf(entry)} ${entry.id} ${entry.chat.subject ?? ''} ${entry.last?.text ?? ''}`.toLowerCase();

const named = ({ id, name }: { id: string; name?: string | null | undefined }): Named => ({
  id,
  name: name ?? id,
});

const byName = (all: ReadonlyMap<string, Named>): Named[] =>
  [...all.values()].toSorted((one, other) => one.name.localeCompare(other.name));
