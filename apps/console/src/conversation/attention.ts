/** Receipts: what has come is delivered, what is looked at is read. Each is told once. */
import type { ChatConnection } from '@switchboard/client';
import { laterMark, type Mark } from './entry.ts';
import type { Thread } from './thread.ts';

export interface Attention {
  /** Something has come, or the page is looked at (again). */
  attend(): void;
}

export interface AttentionOptions {
  readonly chat: Pick<ChatConnection, 'markMessageRead' | 'markMessageDelivered'>;
  readonly thread: Pick<Thread, 'newestOfOthers'>;
  /** Whether a person can see the messages now. */
  readonly isReading: () => boolean;
}

export function createAttention({ chat, thread, isReading }: AttentionOptions): Attention {
  let toldId: string | undefined;
  let told: Mark = 'sent';
  const tell = (id: string, mark: Mark) => {
    toldId = id;
    told = mark;
    const send = mark === 'read' ? chat.markMessageRead : chat.markMessageDelivered;
    void send(id, { up_to: true });
  };
  return {
    attend() {
      const newest = thread.newestOfOthers();
      if (newest === undefined) return;
      const { id } = newest.message;
      const mark = isReading() ? 'read' : 'delivered';
      const known = laterMark(newest.mark, id === toldId ? told : 'sent');
      if (laterMark(known, mark) !== known) tell(id, mark);
    },
  };
}
