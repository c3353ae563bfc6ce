/** Notifications: a count in the bar, the newest as a card that goes by itself, all when it is opened. */
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { Icon } from '../shell/icon.tsx';
import { Menu } from '../shell/menu.tsx';
import type { Desk } from './desk.ts';
import type { Notice } from './notices.ts';

const shownMs = 8_000;

export function NoticesView({ desk }: { desk: Desk }) {
  const all = desk.notices.all.value;
  const button = (
    <>
      <span class="hidden">Notifications</span>
      <Icon name="bell" />
      {all.length > 0 && <span class="badge">{all.length}</span>}
    </>
  );
  return (
    <>
      <Menu title="Notifications" button={button}>
        {all.length === 0 && <p class="muted">Nothing new.</p>}
        <ul class="notices">
          {all.map((notice) => (
            <li key={notice.key}>
              <NoticeCard desk={desk} notice={notice} />
            </li>
          ))}
        </ul>
        {all.length > 0 && (
          <button type="button" class="button" onClick={desk.notices.clear}>
            Clear
          </button>
        )}
      </Menu>
      <Newest desk={desk} />
    </>
  );
}

function Newest({ desk }: { desk: Desk }) {
  const passed = useSignal<string | undefined>(undefined);
  const [newest] = desk.notices.all.value;
  const key = newest?.key;
  useEffect(() => {
    if (key === undefined) return;
    const timer = setTimeout(() => void (passed.value = key), shownMs);
    return () => clearTimeout(timer);
  }, [key]);
  return (
    <div class="toast" aria-live="polite">
      {newest !== undefined && passed.value !== key && <NoticeCard desk={desk} notice={newest} />}
    </div>
  );
}

function NoticeCard({ desk, notice }: { desk: Desk; notice: Notice }) {
  const { chatId } = notice;
  return (
    <div class={`notice level-${notice.level}`}>
      <p class="notice-title">{notice.title}</p>
      <p>{notice.text}</p>
      {chatId !== undefined && (
        <button
          type="button"
          class="link"
          onClick={({ currentTarget }) => {
            desk.openChat(chatId);
            currentTarget.closest('details')?.removeAttribute('open');
          }}
        >
          Open chat
        </button>
      )}
      <button
        type="button"
        class="notice-close"
        aria-label="Dismiss"
        onClick={() => desk.notices.dismiss(notice.key)}
      >
        <Icon name="close" />
      </button>
    </div>
  );
}
