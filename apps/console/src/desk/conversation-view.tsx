/** The open chat, as an operator sees it. */
import { useSignal } from '@preact/signals';
import type { Chat } from '@switchboard/client';
import type { Conversation } from '../conversation/conversation.ts';
import { Composer } from '../conversation/composer.tsx';
import { MessageView } from '../conversation/message-view.tsx';
import { TypingLine } from '../conversation/typing-line.tsx';
import { VirtualList } from '../list/virtual-list.tsx';
import { ConnectionPill } from '../shell/connection-pill.tsx';
import { Avatar } from '../shell/avatar.tsx';
import { Icon } from '../shell/icon.tsx';
import { titleOf } from './chat-list.ts';
import type { Desk } from './desk.ts';

export const composerId = 'composer';

const messagePx = 68;

export function ConversationView({
  desk,
  conversation,
}: {
  desk: Desk;
  conversation: Conversation;
}) {
  return (
    <section class="conversation" aria-label="Conversation">
      <ConversationHead desk={desk} conversation={conversation} />
      <Messages conversation={conversation} myId={desk.me.id} />
      <Typing conversation={conversation} />
      {conversation.state.value === 'closed' ? (
        <p class="banner" role="status">
          You were sent away from this chat.{' '}
          <button type="button" class="link" onClick={() => desk.openChat(conversation.chatId)}>
            Open it again
          </button>
        </p>
      ) : (
        <Reply desk={desk} conversation={conversation} key={conversation.chatId} />
      )}
    </section>
  );
}

function ConversationHead({ desk, conversation }: { desk: Desk; conversation: Conversation }) {
  void desk.beat.value;
  const { chatId } = conversation;
  const chat: Chat = desk.chats.get(chatId)?.chat ?? { id: chatId };
  const title = titleOf({ id: chatId, chat });
  const isHere = conversation.members.value.some(({ role }) => role === 'client');
  const department = chat.department && (chat.department.name ?? chat.department.id);
  // One text: what stands after another one would be moved by it.
  const facts = [isHere ? 'Here now' : 'Away', ...(department ? [department] : []), chatId];
  return (
    <header class="conversation-head">
      <button
        type="button"
        class="button is-quiet only-narrow"
        aria-label="Back to the chats"
        onClick={desk.closeChat}
      >
        <Icon name="back" />
      </button>
      <Avatar name={title} id={chat.client_user?.id ?? chatId} />
      <div class="conversation-title">
        <h2>{title}</h2>
        <p class="muted">
          <span class={`dot${isHere ? ' is-on' : ''}`} /> {facts.join(' · ')}
        </p>
      </div>
      <ConnectionPill state={conversation.state.value} />
    </header>
  );
}

function Messages({ conversation, myId }: { conversation: Conversation; myId: string }) {
  void conversation.beat.value;
  const { thread } = conversation;
  if (thread.length === 0)
    return (
      <div class="empty list">
        <p class="muted">No messages in this chat yet.</p>
      </div>
    );
  return (
    <VirtualList
      key={conversation.chatId}
      isFeed
      count={thread.length}
      keyOf={(index) => thread.at(index)?.key ?? String(index)}
      estimatePx={messagePx}
      attributes={{ role: 'log', 'aria-label': 'Messages', tabIndex: 0 }}
      row={(index) => {
        const entry = thread.at(index);
        if (entry === undefined) return null;
        return (
          <MessageView
            entry={entry}
            before={thread.at(index - 1)}
            isMine={entry.message.user?.id === myId}
            onSendAgain={conversation.sendAgain}
          />
        );
      }}
    />
  );
}

function Typing({ conversation }: { conversation: Conversation }) {
  void conversation.beat.value;
  const typists = conversation.typists();
  const colleague = typists.find(({ user }) => user.role === 'operator');
  return (
    <div class="below-messages">
      <TypingLine typists={typists.filter(({ user }) => user.role !== 'operator')} />
      <p class={`collision${colleague === undefined ? '' : ' is-shown'}`} role="status">
        {colleague !== undefined && (
          <>
            <Icon name="alert" />{' '}
            {`${colleague.user.name ?? colleague.user.id} ${colleague.isPrivate ? 'is writing a note here' : 'is answering this chat'}`}
          </>
        )}
      </p>
    </div>
  );
}

function Reply({ desk, conversation }: { desk: Desk; conversation: Conversation }) {
  const isNote = useSignal(false);
  const { chatId } = conversation;
  const onWrite = (text: string) => {
    desk.drafts.set(chatId, text);
    conversation.write(text, isNote.value);
  };
  const onSend = (text: string) => {
    desk.drafts.delete(chatId);
    conversation.send({ text, ...(isNote.value && { type: 'note' }) });
  };
  return (
    <Composer
      fieldId={composerId}
      label={isNote.value ? 'Note for operators' : 'Answer'}
      draft={desk.drafts.get(chatId) ?? ''}
      isNote={isNote.value}
      onWrite={onWrite}
      onSend={onSend}
      onKeyDown={(event) => {
        if (!event.altKey || event.key.toLowerCase() !== 'n') return;
        event.preventDefault();
        isNote.value = !isNote.value;
      }}
    >
      <button
        type="button"
        class="chip"
        aria-pressed={isNote.value}
        aria-keyshortcuts="Alt+N"
        title="Alt+N"
        onClick={() => void (isNote.value = !isNote.value)}
      >
        <Icon name="note" /> Note
      </button>
      <span class="muted hint">Enter sends</span>
    </Composer>
  );
}
