/** What an operator is told besides the chats: notifications, and what is told to everybody. */
import { signal, type ReadonlySignal } from '@preact/signals';
import type { DeskConnection, ServerData } from '@switchboard/client';

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

export function watchNotices(desk: DeskConnection): Notices {
  const all = signal<readonly Notice[]>([]);
  const add = (notice: Notice) => void (all.value = [notice, ...all.peek()].slice(0, noticesMax));
  desk.on('chatNotification', (data, frame) => add(ofChat(data, frame.event_id ?? frame.ts)));
  desk.on('globalUpdated', (data, frame) => add(ofAll(data, frame.event_id ?? frame.ts)));
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
