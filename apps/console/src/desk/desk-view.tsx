/** The desk as a page: the list of chats, and beside it the open one; on a narrow screen one of them. */
import { useEffect } from 'preact/hooks';
import { chatListId, ChatListView } from './chat-list-view.tsx';
import { composerId, ConversationView } from './conversation-view.tsx';
import type { Desk } from './desk.ts';
import { Filters, searchId } from './filters.tsx';
import { Renewal } from './renewal.tsx';

export function DeskView({ desk }: { desk: Desk }) {
  useShortcuts(desk);
  const conversation = desk.open.value;
  return (
    <main class={`desk${conversation === undefined ? '' : ' has-open'}`}>
      <h1 class="hidden">Desk</h1>
      <section class="chats" aria-label="Chats">
        <Filters desk={desk} />
        <Counts desk={desk} />
        <ChatListView desk={desk} />
      </section>
      <div class="desk-main">
        <Renewal renewal={desk.renewal} />
        {conversation === undefined ? (
          <Welcome />
        ) : (
          <ConversationView desk={desk} conversation={conversation} key={conversation.chatId} />
        )}
      </div>
    </main>
  );
}

function Counts({ desk }: { desk: Desk }) {
  void desk.beat.value;
  const shown = desk.shown.value.length;
  const { size, unread } = desk.chats;
  const all = `${size} ${size === 1 ? 'chat' : 'chats'}`;
  const counts = [shown === size ? all : `${shown} of ${all}`];
  if (unread > 0) counts.push(`${unread} unread`);
  // One text: a second one would be moved by the first.
  return <p class="counts muted">{counts.join(' · ')}</p>;
}

const keys: readonly (readonly [string, string])[] = [
  ['↑ ↓ or j k', 'choose a chat'],
  ['Enter', 'open it'],
  ['/', 'search; Enter opens the first, ↓ goes to the list'],
  ['r', 'answer'],
  ['Alt N', 'note or answer'],
  ['Esc', 'back to the list'],
];

function Welcome() {
  return (
    <div class="empty welcome">
      <h2>Choose a chat</h2>
      <dl class="keys">
        {keys.map(([key, what]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}

const focus = (id: string): void => document.getElementById(id)?.focus();

/** Keys that work wherever one is, but while one writes. */
function useShortcuts(desk: Desk): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      const isWriting =
        event.target instanceof HTMLElement && event.target.matches('input, textarea, select');
      if (event.key === 'Escape') return leave(desk);
      if (isWriting || event.ctrlKey || event.metaKey || event.altKey) return;
      const target = { '/': searchId, r: composerId, j: chatListId, k: chatListId }[event.key];
      if (target === undefined || document.activeElement?.id === target) return;
      event.preventDefault();
      focus(target);
    };
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, [desk]);
}

/** First out of a field, then out of the chat where the list is hidden by it. */
function leave(desk: Desk): void {
  if (matchMedia('(max-width: 760px)').matches) desk.closeChat();
  requestAnimationFrame(() => focus(chatListId));
}
