/** The widget: a button in the corner, and the conversation above it when it is pressed. */
import type { User } from '@switchboard/client';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { Composer } from '../conversation/composer.tsx';
import { MessageView } from '../conversation/message-view.tsx';
import { TypingLine } from '../conversation/typing-line.tsx';
import { formatCount, nameAll } from '../shell/format.ts';
import { Icon } from '../shell/icon.tsx';
import type { Visit } from './visit.ts';

export function WidgetView({ visit, title }: { visit: Visit; title: string }) {
  const isOpen = visit.isOpen.value;
  const unread = visit.unread.value;
  return (
    <div class={`widget${isOpen ? ' is-open' : ''}`}>
      {isOpen && <Panel visit={visit} title={title} />}
      <button
        type="button"
        class="launcher"
        aria-expanded={isOpen}
        aria-label={`${isOpen ? 'Close' : 'Open'} chat${unread > 0 ? `, ${unread} new` : ''}`}
        onClick={() => visit.show(!isOpen)}
      >
        <Icon name={isOpen ? 'down' : 'chat'} />
        {unread > 0 && (
          <span class="badge" aria-hidden="true">
            {formatCount(unread)}
          </span>
        )}
      </button>
    </div>
  );
}

function Panel({ visit, title }: { visit: Visit; title: string }) {
  const { conversation } = visit;
  const panel = useRef<HTMLElement>(null);
  useEffect(() => panel.current?.querySelector('textarea')?.focus(), []);
  return (
    <section
      ref={panel}
      class="panel"
      role="dialog"
      aria-label={title}
      onKeyDown={(event) => event.key === 'Escape' && visit.show(false)}
    >
      <Head visit={visit} title={title} />
      <Messages visit={visit} />
      <Typing visit={visit} />
      {conversation.state.value !== 'closed' && (
        <Composer
          label="Write a message"
          onWrite={(text) => conversation.write(text, false)}
          onSend={(text) => conversation.send({ text })}
        />
      )}
    </section>
  );
}

function Head({ visit, title }: { visit: Visit; title: string }) {
  const { members, state } = visit.conversation;
  const operators = members.value.filter(({ role }) => role === 'operator');
  const isLive = state.value === 'live';
  return (
    <div class="panel-head">
      <h2>{title}</h2>
      <p role="status">
        <span class={`dot${isLive && operators.length > 0 ? ' is-on' : ''}`} />{' '}
        {isLive ? present(operators) : offline[state.value]}
      </p>
    </div>
  );
}

/** One line each: a second one would move what is below. */
const offline = {
  connecting: 'Connecting…',
  catchingUp: 'Connecting…',
  live: '',
  waiting: 'No connection. What you write waits.',
  closed: 'This chat has ended. Reload to go on.',
} as const;

function present(operators: readonly User[]): string {
  if (operators.length === 0) return 'We answer as soon as we can.';
  const { names, are } = nameAll(operators);
  return `${names} ${are} here`;
}

/** How near to its end a list is followed. */
const atEndPx = 80;

function Messages({ visit }: { visit: Visit }) {
  const { conversation, me } = visit;
  const beat = conversation.beat.value;
  const list = useRef<HTMLDivElement>(null);
  const isAtEnd = useRef(true);
  useLayoutEffect(() => {
    if (isAtEnd.current && list.current !== null)
      list.current.scrollTop = list.current.scrollHeight;
  }, [beat]);
  const { accepted, pending } = conversation.thread;
  const entries = [...accepted, ...pending];
  return (
    <div
      ref={list}
      class="messages"
      role="log"
      aria-label="Messages"
      tabIndex={0}
      onScroll={({ currentTarget: { scrollHeight, scrollTop, clientHeight } }) =>
        void (isAtEnd.current = scrollHeight - scrollTop - clientHeight < atEndPx)
      }
    >
      {entries.length === 0 && <p class="greeting">Ask us anything. We are happy to help.</p>}
      {entries.map((entry, index) => (
        <MessageView
          key={entry.key}
          entry={entry}
          before={entries[index - 1]}
          isMine={entry.message.user?.id === me.id}
          onSendAgain={conversation.sendAgain}
          onAction={({ action_id, value, label }) =>
            conversation.send({ text: label, postback: { action_id, value } })
          }
        />
      ))}
    </div>
  );
}

function Typing({ visit }: { visit: Visit }) {
  void visit.conversation.beat.value;
  return <TypingLine typists={visit.conversation.typists()} />;
}
