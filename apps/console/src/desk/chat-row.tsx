/** A chat in the list: always the same height, whatever is known of it. */
import type { Typist } from '../conversation/typing-book.ts';
import { Avatar } from '../shell/avatar.tsx';
import { formatCount, formatShort, nameAll } from '../shell/format.ts';
import { titleOf, type ChatEntry } from './chat-list.ts';

export interface ChatRowProps {
  readonly entry: ChatEntry;
  readonly typists: readonly Typist[];
  readonly isOpen: boolean;
  readonly isActive: boolean;
  readonly position: number;
  readonly count: number;
  readonly onOpen: (id: string) => void;
}

export const rowId = (chatId: string): string => `chat-row-${encodeURIComponent(chatId)}`;

export function ChatRow(props: ChatRowProps) {
  const { entry, isOpen, isActive, position, count, onOpen } = props;
  const { chat, unread } = entry;
  const title = titleOf(entry);
  const states = `${isOpen ? ' is-open' : ''}${isActive ? ' is-active' : ''}${unread > 0 ? ' is-unread' : ''}`;
  return (
    // Keys are handled by the list, which has the focus.
    <div
      id={rowId(entry.id)}
      role="option"
      aria-selected={isOpen}
      aria-posinset={position}
      aria-setsize={count}
      class={`chat-row${states}`}
      onClick={() => onOpen(entry.id)}
    >
      <Avatar name={title} id={chat.client_user?.id ?? entry.id} />
      <span class="chat-row-title">{title}</span>
      <time class="chat-row-time">
        {entry.activeAtMs > 0 ? formatShort(entry.activeAtMs, Date.now()) : ''}
      </time>
      <Teaser {...props} />
      {unread > 0 && (
        <span class="badge" aria-label={`${unread} unread`}>
          {formatCount(unread)}
        </span>
      )}
      <span class="chat-row-tags">
        {chat.status != null && <span class={`tag status-${chat.status}`}>{chat.status}</span>}
        {chat.department != null && (
          <span class="tag">{chat.department.name ?? chat.department.id}</span>
        )}
        {chat.widget != null && <span class="tag">{chat.widget.name ?? chat.widget.id}</span>}
      </span>
    </div>
  );
}

function Teaser({ entry, typists }: ChatRowProps) {
  if (typists.length > 0) {
    const { names, are } = nameAll(typists.map(({ user }) => user));
    return <span class="chat-row-teaser is-typing">{`${names} ${are} typing…`}</span>;
  }
  const { last } = entry;
  const who = last?.user?.role === 'operator' ? `${last.user.name ?? 'Operator'}: ` : '';
  return (
    <span class="chat-row-teaser">
      {last === undefined ? '' : who + (last.text ?? 'Attachment')}
    </span>
  );
}
