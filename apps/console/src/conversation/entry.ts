/** One message as it is shown. */
import type { Message, User } from '@switchboard/client';

/** How far a message has come on the other side. */
export type Mark = 'sent' | 'delivered' | 'read';

export interface Entry {
  /** Stays the same for as long as the entry is shown. */
  readonly key: string;
  readonly message: Message;
  readonly mark: Mark;
  /** Not accepted yet, or refused. */
  readonly sending?: 'waiting' | 'refused';
  /** Why it was refused. */
  readonly refusal?: string;
  /** What came after it could not be had: messages may be missing there. */
  readonly isBeforeGap?: true;
}

type Marked = Pick<Message, 'status' | 'read_at' | 'delivered_at'>;

export function markOf({ status, read_at, delivered_at }: Marked): Mark {
  if (status === 'read' || read_at != null) return 'read';
  return status === 'delivered' || delivered_at != null ? 'delivered' : 'sent';
}

const order: readonly Mark[] = ['sent', 'delivered', 'read'];

/** Receipts may overtake each other; a mark never goes back. */
export function laterMark(one: Mark, other: Mark): Mark {
  return order.indexOf(one) >= order.indexOf(other) ? one : other;
}

/** A mark tells whether the other side has it: that a colleague read it changes nothing. */
export function countsFor(message: Message, reader: User): boolean {
  return message.user?.id !== reader.id && message.user?.role !== reader.role;
}
