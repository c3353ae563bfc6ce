/** The list of chats. One element has the focus for all of them: arrows move, Enter opens. */
import { useSignal } from '@preact/signals';
import { VirtualList } from '../list/virtual-list.tsx';
import { ChatRow, rowId } from './chat-row.tsx';
import type { Desk } from './desk.ts';

const rowPx = 84;
const pageRows = 8;

export const chatListId = 'chat-list';

export function ChatListView({ desk }: { desk: Desk }) {
  const activeId = useSignal<string | undefined>(undefined);
  const shown = desk.shown.value;
  const openId = desk.open.value?.chatId;
  const active = shown.findIndex(({ id }) => id === (activeId.value ?? openId));
  const onKeyDown = (event: KeyboardEvent) => {
    const target = moved(event.key, active, shown.length);
    if (event.key === 'Enter' && shown[active] !== undefined) desk.openChat(shown[active].id);
    else if (target === undefined) return;
    else activeId.value = shown[target]?.id;
    event.preventDefault();
  };
  if (shown.length === 0) return <NoChats desk={desk} />;
  return (
    <VirtualList
      count={shown.length}
      keyOf={(index) => shown[index]?.id ?? String(index)}
      estimatePx={rowPx}
      {...(activeId.value !== undefined &&
        active >= 0 && { focus: { key: activeId.value, index: active } })}
      attributes={{
        tabIndex: 0,
        id: chatListId,
        role: 'listbox',
        'aria-label': 'Chats',
        onKeyDown,
        ...(active >= 0 && { 'aria-activedescendant': rowId(shown[active]?.id ?? '') }),
      }}
      innerAttributes={{ role: 'presentation' }}
      row={(index) => {
        const entry = shown[index];
        if (entry === undefined) return null;
        return (
          <ChatRow
            entry={entry}
            typists={desk.typing.in(entry.id).filter(({ user }) => user.id !== desk.me.id)}
            isOpen={entry.id === openId}
            isActive={index === active}
            position={index + 1}
            count={shown.length}
            onOpen={(id) => {
              activeId.value = id;
              desk.openChat(id);
            }}
          />
        );
      }}
    />
  );
}

function moved(key: string, from: number, count: number): number | undefined {
  const steps: Record<string, number> = {
    ArrowDown: 1,
    j: 1,
    ArrowUp: -1,
    k: -1,
    PageDown: pageRows,
    PageUp: -pageRows,
    Home: -count,
    End: count,
  };
  const step = steps[key];
  return step === undefined ? undefined : Math.max(0, Math.min(count - 1, from + step));
}

function NoChats({ desk }: { desk: Desk }) {
  const isFiltered = desk.chats.size > 0;
  return (
    <div class="empty" id={chatListId} tabIndex={-1}>
      <p>{isFiltered ? 'No chat fits the filter.' : 'No chats yet.'}</p>
      <p class="muted">
        {isFiltered
          ? 'Change what is asked for above.'
          : 'A chat appears here when a visitor writes, or when your backend tells of it.'}
      </p>
    </div>
  );
}
