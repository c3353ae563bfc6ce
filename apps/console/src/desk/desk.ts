/** An operator's desk: its connection, and what it has told. What is drawn of it is in the `.tsx` files. */
import { computed, signal, type ReadonlySignal, type Signal } from '@preact/signals';
import { connectChat, connectDesk, type StateChange } from '@switchboard/client';
import { holdConversation, type Conversation } from '../conversation/conversation.ts';
import type { Me } from '../conversation/draft.ts';
import { createTypingBook, type TypingBook } from '../conversation/typing-book.ts';
import { createPulse, type Pulse } from '../list/pulse.ts';
import { edgeUrls } from '../sign-in/edge-urls.ts';
import type { TokenRenewal } from '../sign-in/token-renewal.ts';
import {
  createChatList,
  noFilter,
  type ChatEntry,
  type ChatFilter,
  type ChatList,
} from './chat-list.ts';
import { createDeskSource, type DeskSource } from './desk-source.ts';
import { watchNotices, type Notices } from './notices.ts';
import { watchTeam, type Team } from './team.ts';

export interface Desk {
  readonly me: Me;
  readonly state: ReadonlySignal<StateChange>;
  readonly chats: ChatList;
  /** Changes with everything that the list shows. */
  readonly beat: Pulse['beat'];
  readonly filter: Signal<ChatFilter>;
  readonly shown: ReadonlySignal<readonly ChatEntry[]>;
  readonly typing: TypingBook;
  readonly team: Team;
  readonly notices: Notices;
  readonly renewal: TokenRenewal;
  /** The conversation that is open. */
  readonly open: ReadonlySignal<Conversation | undefined>;
  /** Texts that were typed and not sent, by chat. */
  readonly drafts: Map<string, string>;
  /** A chat that one was sent away from is opened anew. */
  openChat(id: string): void;
  closeChat(): void;
  close(): void;
}

export interface DeskOptions {
  readonly url: string;
  readonly renewal: TokenRenewal;
  readonly me: Me;
}

const historyMax = 200;
const app = 'switchboard-console';

const isVisible = (): boolean => document.visibilityState === 'visible';

export function openDesk({ url, renewal, me }: DeskOptions): Desk {
  const token = renewal.provide;
  const connection = createDeskSource(() =>
    connectDesk({ url: edgeUrls(url), token, history: historyMax, app }),
  );
  const open = signal<Conversation | undefined>(undefined);
  const pulse = createPulse();
  const chats = createChatList((id) => open.peek()?.chatId === id && isVisible());
  const typing = createTypingBook(
    { now: () => performance.now(), after: (ms, call) => setTimeout(call, ms) },
    pulse.touch,
  );
  listen(connection, { chats, typing, touch: pulse.touch });
  connection.on('connected', renewal.taken);
  const filter = signal<ChatFilter>(noFilter);
  const seen = () => {
    const conversation = open.peek();
    if (conversation === undefined || !isVisible()) return;
    chats.markRead(conversation.chatId);
    conversation.attend();
    pulse.touch();
  };
  document.addEventListener('visibilitychange', seen);
  const closeChat = () => {
    open.peek()?.close();
    open.value = undefined;
  };
  return {
    me,
    state: watchState(connection),
    chats,
    beat: pulse.beat,
    filter,
    shown: computed(() => {
      void pulse.beat.value;
      return chats.select(filter.value);
    }),
    typing,
    team: watchTeam(connection),
    notices: watchNotices(connection),
    renewal,
    open,
    drafts: new Map(),
    openChat(id) {
      const current = open.peek();
      if (current?.chatId === id && current.state.peek() !== 'closed') return;
      closeChat();
      const chat = connectChat({ url: edgeUrls(url), token, chatId: id, history: historyMax, app });
      open.value = holdConversation({ chat, me, isReading: isVisible });
      seen();
    },
    closeChat,
    close() {
      document.removeEventListener('visibilitychange', seen);
      closeChat();
      connection.close();
    },
  };
}

interface Told {
  readonly chats: ChatList;
  readonly typing: TypingBook;
  readonly touch: () => void;
}

function listen(connection: DeskSource, { chats, typing, touch }: Told): void {
  connection.on('messageAdded', (data, frame) => {
    chats.onMessage(data, Date.parse(frame.ts));
    typing.ended(data.message.chat_id, data.message.user?.id);
    touch();
  });
  connection.on('chatUpdated', ({ chat }, frame) => {
    chats.onChat(chat, Date.parse(frame.ts));
    touch();
  });
  connection.on('messageUpdated', (data) => {
    chats.onReceipt(data);
    touch();
  });
  connection.on('typingUpdated', (data) => typing.note(data));
  // What was typed meanwhile is unknown.
  connection.on('connected', () => typing.clear());
  connection.on('reload', () => {
    chats.clear();
    touch();
    connection.beginAnew();
  });
}

function watchState(connection: DeskSource): ReadonlySignal<StateChange> {
  const state = signal<StateChange>({ state: connection.state, previous: connection.state });
  connection.on('state', (change) => void (state.value = change));
  return state;
}
