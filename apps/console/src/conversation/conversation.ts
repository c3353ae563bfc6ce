/** One open room: its messages, who is there and who types, and what one does in it. */
import { signal, type ReadonlySignal } from '@preact/signals';
import type {
  ChatConnection,
  ClientError,
  ConnectionState,
  OutgoingMessage,
  User,
} from '@switchboard/client';
import { createPulse, type Pulse } from '../list/pulse.ts';
import { createAttention } from './attention.ts';
import { contentOf, draftOf, type Me } from './draft.ts';
import { createThread, type Thread } from './thread.ts';
import { createTypingBook, type Typist } from './typing-book.ts';

export interface Conversation {
  readonly chatId: string;
  readonly thread: Thread;
  /** Changes with everything that is shown of it. */
  readonly beat: Pulse['beat'];
  readonly state: ReadonlySignal<ConnectionState>;
  /** Who is in the room, oneself included. */
  readonly members: ReadonlySignal<readonly User[]>;
  typists(): readonly Typist[];
  send(message: OutgoingMessage): void;
  /** Sends a refused message again: as the same one, unless that was refused for good. */
  sendAgain(clientMessageId: string): void;
  write(text: string, isPrivate: boolean): void;
  /** The page is looked at. */
  attend(): void;
  close(): void;
}

export interface ConversationOptions {
  readonly chat: ChatConnection;
  readonly me: Me;
  readonly isReading: () => boolean;
  /** Whether what is typed is shown to operators before it is sent. */
  readonly withPreview?: boolean;
  readonly messagesMax?: number;
  /** Called with every change, before it is drawn. */
  readonly onChange?: () => void;
}

const clock = {
  now: () => performance.now(),
  after: (ms: number, call: () => void) => setTimeout(call, ms),
};

export function holdConversation(options: ConversationOptions): Conversation {
  const { chat, me, isReading } = options;
  const pulse = createPulse();
  const changed = () => {
    pulse.touch();
    options.onChange?.();
  };
  const max = options.messagesMax === undefined ? {} : { max: options.messagesMax };
  const thread = createThread({ me: () => me, onChange: changed, ...max });
  const typing = createTypingBook(clock, changed);
  const { attend } = createAttention({ chat, thread, isReading });

  chat.on('messageAdded', ({ message }) => {
    thread.add(message);
    typing.ended(chat.chatId, message.user?.id);
    if (chat.state === 'live') attend();
  });
  chat.on('messageUpdated', (data) => thread.update(data));
  chat.on('typingUpdated', (data) => typing.note(data));
  chat.on('userDisconnected', ({ user }) => typing.ended(chat.chatId, user.id));
  chat.on('reload', thread.noteGap);
  const sender = createSender(chat, thread, me);
  return {
    chatId: chat.chatId,
    thread,
    beat: pulse.beat,
    state: watchState(chat, attend),
    members: watchMembers(chat),
    typists: () => typing.in(chat.chatId).filter(({ user }) => user.id !== me.id),
    ...sender,
    write(text, isPrivate) {
      const is_typing = text.trim() !== '';
      const preview = options.withPreview === true && is_typing ? { preview: cut(text) } : {};
      chat.updateTyping({ is_typing, ...(isPrivate && { is_private: true }), ...preview });
    },
    attend,
    close: () => chat.close(),
  };
}

/** A preview is at most 1 KiB of UTF-8, and a character at most 3 bytes of it for each of its units. */
const previewMaxChars = 340;

const cut = (text: string): string => text.slice(-previewMaxChars);

function watchState(chat: ChatConnection, onLive: () => void): ReadonlySignal<ConnectionState> {
  const state = signal(chat.state);
  chat.on('state', (change) => {
    state.value = change.state;
    if (change.state === 'live') onLive();
  });
  return state;
}

function watchMembers(chat: ChatConnection): ReadonlySignal<readonly User[]> {
  const members = signal<readonly User[]>([]);
  const without = (id: string) => members.peek().filter((user) => user.id !== id);
  chat.on('connected', (session) => void (members.value = session.members ?? []));
  chat.on('userConnected', ({ user }) => void (members.value = [...without(user.id), user]));
  chat.on('userDisconnected', ({ user }) => void (members.value = without(user.id)));
  return members;
}

function createSender(chat: ChatConnection, thread: Thread, me: Me) {
  /** A backend's verdict stands for its message: to be judged anew takes a new one. */
  const judged = new Set<string>();
  const send = (outgoing: OutgoingMessage) => {
    const sending = chat.sendMessage(outgoing);
    const { clientMessageId } = sending;
    thread.expect(
      draftOf(chat.chatId, me, { ...outgoing, client_message_id: clientMessageId }),
      clientMessageId,
    );
    sending.then(
      // Over a connection that was lost meanwhile the listener may have been given it already.
      (message) => thread.add(message),
      (error: ClientError) => {
        if (!error.retryable) judged.add(clientMessageId);
        thread.refuse(clientMessageId, error.message);
      },
    );
  };
  return {
    send,
    sendAgain(clientMessageId: string) {
      const message = thread.withdraw(clientMessageId);
      if (message === undefined) return;
      const isJudged = judged.delete(clientMessageId);
      send({ ...contentOf(message), ...(!isJudged && { client_message_id: clientMessageId }) });
    },
  };
}
