/** The visitor's side of a chat: its conversation, resumed after a reload, and whether it is shown. */
import { computed, signal, type ReadonlySignal } from '@preact/signals';
import { connectChat, type Message } from '@switchboard/client';
import { holdConversation, type Conversation } from '../conversation/conversation.ts';
import type { Me } from '../conversation/draft.ts';
import { edgeUrls } from '../sign-in/edge-urls.ts';
import { messagesOf, messagesSavedMax, savedChat, unsentOf, type SavedChat } from './saved.ts';
import type { WidgetSettings } from './settings.ts';

export interface Visit {
  readonly me: Me;
  readonly conversation: Conversation;
  readonly isOpen: ReadonlySignal<boolean>;
  /** Messages that came and were not looked at. */
  readonly unread: ReadonlySignal<number>;
  show(isOpen: boolean): void;
}

export interface VisitOptions {
  readonly settings: WidgetSettings;
  readonly me: Me;
  readonly chatId: string;
  readonly storage: Storage;
}

const historyMax = 100;
/** Not with every event: what is written is the whole chat. */
const saveEveryMs = 500;

export function beginVisit({ settings, me, chatId, storage }: VisitOptions): Visit {
  const saved = savedChat(storage, chatId);
  const before = saved.load();
  const isOpen = signal(before.isOpen);
  const isReading = () => isOpen.peek() && document.visibilityState === 'visible';
  const chat = connectChat({
    url: edgeUrls(settings.url),
    token: settings.token,
    chatId,
    history: historyMax,
    app: 'switchboard-widget',
    ...(before.position !== undefined && { since: before.position }),
  });
  const save = later(saveEveryMs, () => store(saved, conversation, chat.position, isOpen.peek()));
  const conversation: Conversation = holdConversation({
    chat,
    me,
    isReading,
    withPreview: settings.withPreview,
    messagesMax: messagesSavedMax,
    onChange: () => save.soon(),
  });
  for (const message of before.messages) conversation.thread.add(message);
  for (const { id, ...content } of before.unsent)
    conversation.send({ ...content, client_message_id: id });
  addEventListener('pagehide', save.now);
  document.addEventListener('visibilitychange', conversation.attend);
  return {
    me,
    conversation,
    isOpen,
    unread: computed(() => {
      void conversation.beat.value;
      return isOpen.value ? 0 : countUnread(conversation, me);
    }),
    show(next) {
      isOpen.value = next;
      conversation.attend();
      save.soon();
    },
  };
}

function store(
  saved: SavedChat,
  { thread }: Conversation,
  position: string | undefined,
  isOpen: boolean,
): void {
  const messages = messagesOf(thread.accepted);
  saved.save({ position, messages, unsent: unsentOf(thread.pending), isOpen });
}

const isTheirs = ({ user, type }: Message, me: Me): boolean =>
  user?.id !== me.id && type !== 'system';

function countUnread({ thread }: Conversation, me: Me): number {
  let count = 0;
  for (const { message, mark } of thread.accepted.toReversed()) {
    if (isTheirs(message, me) && mark === 'read') break;
    if (isTheirs(message, me)) count += 1;
  }
  return count;
}

function later(ms: number, call: () => void): { soon: () => void; now: () => void } {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const now = () => {
    clearTimeout(timer);
    timer = undefined;
    call();
  };
  return { now, soon: () => void (timer ??= setTimeout(now, ms)) };
}
