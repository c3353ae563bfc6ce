/** What an operator is told besides the chats: notifications, and what is told to everybody. */
import { signal, type ReadonlySignal } from '@preact/signals';
import type { ServerData } from '@switchboard/client';
import type { DeskSource } from './desk-source.ts';

export interface Notice {
  readonly key: string;
  readonly title: string;
  readonly text: string;
  readonly level: string;
  readonly chatId: string | undefined;
}

export interface Notices {
  /** The newest first. */
  readonly all: ReadonlySignal<readonly Notice[]>;
  dismiss(key: string): void;
  clear(): void;
}

const noticesMax = 50;

export function watchNotices(desk: DeskSource): Notices {
  const all = signal<readonly Notice[]>([]);
  let gaps = 0;
  const add = (notice: Notice) => {
    // A desk that begins anew is told the newest again.
    if (all.peek().some(({ key }) => key === notice.key)) return;
    all.value = [notice, ...all.peek()].slice(0, noticesMax);
  };
  desk.on('chatNotification', (data, frame) => add(ofChat(data, frame.event_id ?? frame.ts)));
  desk.on('globalUpdated', (data, frame) => add(ofAll(data, frame.event_id ?? frame.ts)));
  desk.on('reload', () => add(ofGap(`gap ${(gaps += 1)}`)));
  return {
    all,
    dismiss: (key) => void (all.value = all.peek().filter((notice) => notice.key !== key)),
    clear: () => void (all.value = []),
  };
}

function ofChat({ chat, notification }: ServerData['chatNotification'], key: string): Notice {
  return {
    key,
    title: notification?.title ?? notification?.kind ?? 'Chat assigned to you',
    text: notification?.text ?? chat.subject ?? chat.client_user?.name ?? `Chat ${chat.id}`,
    level: notification?.level ?? 'info',
    chatId: chat.id,
  };
}

const ofGap = (key: string): Notice => ({
  key,
  title: 'The list of chats begins anew',
  text: 'Some of what happened meanwhile could not be had. It shows the newest chats; others come back when something happens in them.',
  level: 'warning',
  chatId: undefined,
});

/** The body is the backend's own: what reads like a text is shown, else the names of its fields. */
function ofAll(body: ServerData['globalUpdated'], key: string): Notice {
  const text = (name: string) => (typeof body[name] === 'string' ? body[name] : undefined);
  return {
    key,
    title: text('title') ?? 'To everybody',
    text: text('text') ?? text('message') ?? Object.keys(body).join(', '),
    level: text('level') ?? 'info',
    chatId: undefined,
  };
}
