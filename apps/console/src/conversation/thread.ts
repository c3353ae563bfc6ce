/**
 * The messages of one conversation as they are shown: each once, in the order of arrival, own ones
 * that are not accepted yet at the end. Nothing here knows of sockets or of a page.
 */
import type { Message, ServerData, UpdatedMessage, User } from '@switchboard/client';
import { createAccepted } from './accepted.ts';
import { countsFor, laterMark, markOf, type Entry } from './entry.ts';

export interface Thread {
  readonly length: number;
  at(index: number): Entry | undefined;
  last(): Entry | undefined;
  /** The newest message that the other side wrote to this one, and that was accepted. */
  newestOfOthers(): Entry | undefined;
  add(message: Message): void;
  /**
   * What came after the newest message could not be had. Messages that come now and are known show that
   * nothing is missing.
   */
  noteGap(): void;
  update(data: ServerData['messageUpdated']): void;
  /** Shows one's own message before it is accepted. */
  expect(message: Message, clientMessageId: string): void;
  refuse(clientMessageId: string, refusal: string): void;
  /** Takes a refused one out, and gives its text back. */
  withdraw(clientMessageId: string): Message | undefined;
  readonly pending: readonly Entry[];
  readonly accepted: readonly Entry[];
}

export interface ThreadOptions {
  readonly me: () => Pick<User, 'id' | 'role'>;
  readonly onChange: () => void;
  /** How many accepted messages are kept, at most; the oldest go first. */
  readonly max?: number;
}

export function createThread({ me, onChange, max = 20_000 }: ThreadOptions): Thread {
  const log = createAccepted(max);
  const accepted = log.entries;
  const pending: Entry[] = [];
  /** The last message before a gap, until the next one comes. */
  let seamId: string | undefined;
  const pendingIndex = (id: string): number => pending.findIndex(({ key }) => key === id);

  const settle = (message: Message): string => {
    const id = message.client_message_id;
    if (id == null || message.user?.id !== me().id) return message.id;
    const index = pendingIndex(id);
    if (index >= 0) pending.splice(index, 1);
    // The key stays, so that the row is the same one before and after.
    return index >= 0 ? id : message.id;
  };

  const receive = (from: number, { message, by, up_to }: ServerData['messageUpdated']) => {
    for (let index = from; index >= 0; index -= 1) {
      const entry = accepted[index];
      if (entry !== undefined && by !== undefined && countsFor(entry.message, by))
        accepted[index] = { ...entry, mark: laterMark(entry.mark, markOf(message)) };
      if (up_to !== true) return;
    }
  };

  return {
    accepted,
    pending,
    get length() {
      return accepted.length + pending.length;
    },
    at: (index) => accepted[index] ?? pending[index - accepted.length],
    last: () => pending.at(-1) ?? accepted.at(-1),
    newestOfOthers: () =>
      accepted.findLast(
        ({ message: { type, user } }) =>
          (type === 'standard' || type === 'bot') && user?.role !== me().role,
      ),
    add(message) {
      const isKnown = log.indexOf(message.id) >= 0;
      if (isKnown && seamId !== undefined) log.setGap(seamId, false);
      seamId = undefined;
      if (isKnown) log.merge(message.id, message);
      else log.append(settle(message), message);
      onChange();
    },
    noteGap() {
      seamId = accepted.at(-1)?.message.id;
      if (seamId !== undefined) log.setGap(seamId, true);
      onChange();
    },
    update(data) {
      const { message, by } = data;
      if (by !== undefined) receive(log.indexOf(message.id), data);
      else log.merge(message.id, withoutType(message));
      onChange();
    },
    expect(message, clientMessageId) {
      pending.push({ key: clientMessageId, message, mark: 'sent', sending: 'waiting' });
      onChange();
    },
    refuse(clientMessageId, refusal) {
      const index = pendingIndex(clientMessageId);
      const entry = pending[index];
      if (entry !== undefined) pending[index] = { ...entry, sending: 'refused', refusal };
      onChange();
    },
    withdraw(clientMessageId) {
      const index = pendingIndex(clientMessageId);
      const [entry] = index >= 0 ? pending.splice(index, 1) : [];
      onChange();
      return entry?.message;
    },
  };
}

/** An update cannot change a message's type, and need not tell it. */
function withoutType({ type: _type, ...change }: UpdatedMessage): Partial<Message> {
  return change;
}
