/** The conversations: this database is where they are kept for good. */
import type { Database } from './database.ts';

export interface User {
  readonly id: string;
  readonly role?: string;
  readonly name?: string | null;
}

/** What is not named here is kept and passed on. */
export interface Content {
  readonly type: string;
  readonly text?: string | null;
  readonly attachments?: readonly unknown[] | null;
  readonly client_message_id?: string | null;
  readonly meta?: Readonly<Record<string, unknown>> | null;
  readonly [field: string]: unknown;
}

/** As `POST /message` takes it. */
export interface Message extends Content {
  readonly id: string;
  readonly chat_id: string;
  readonly user?: User | null;
  readonly created_at?: string;
}

export type MessageState = 'accepted' | 'posting' | 'shown';

export interface Conversations {
  isClosed(chatId: string): boolean;
  setStatus(chatId: string, status: 'open' | 'closed'): void;
  /** Gives it the next number of its conversation, in `meta.number`. */
  add(message: Message, state: MessageState): Message;
  find(messageId: string): Message | undefined;
  setState(messageId: string, state: MessageState): void;
  setReceipt(messageId: string, receipt: { deliveredAt?: string; readAt?: string }): void;
  /** Accepted before, and not seen in the chat since. */
  unsettled(beforeMs: number): Message[];
  setPresent(chatId: string, user: User, isPresent: boolean): void;
  /** For the page. */
  describe(chatId: string): object;
}

/** `nowMs`: when a message was accepted. */
export const createConversations = (database: Database, nowMs: () => number): Conversations => {
  const run = (sql: string, ...values: (string | number | null)[]) =>
    database.prepare(sql).run(...values);
  const open = (chatId: string) =>
    run('INSERT INTO conversations (id) VALUES (?) ON CONFLICT DO NOTHING', chatId);
  const statusOf = (chatId: string) =>
    database.prepare('SELECT status FROM conversations WHERE id = ?').get(chatId)?.['status'];

  return {
    isClosed: (chatId) => statusOf(chatId) === 'closed',
    setStatus: (chatId, status) => {
      open(chatId);
      run('UPDATE conversations SET status = ? WHERE id = ?', status, chatId);
    },
    add: (message, state) => {
      open(message.chat_id);
      const { messages: number } = database
        .prepare('UPDATE conversations SET messages = messages + 1 WHERE id = ? RETURNING messages')
        .get(message.chat_id) as { messages: number };
      const numbered = { ...message, meta: { ...message.meta, number } };
      run(
        `INSERT INTO messages (id, chat_id, number, state, body, accepted_at_ms)
         VALUES (?, ?, ?, ?, ?, ?)`,
        message.id,
        message.chat_id,
        number,
        state,
        JSON.stringify(numbered),
        nowMs(),
      );
      return numbered;
    },
    find: (messageId) =>
      messagesOf(database.prepare('SELECT body FROM messages WHERE id = ?').all(messageId))[0],
    setState: (messageId, state) =>
      void run('UPDATE messages SET state = ? WHERE id = ?', state, messageId),
    setReceipt: (messageId, { deliveredAt, readAt }) =>
      void run(
        `UPDATE messages SET delivered_at = coalesce(delivered_at, ?), read_at = coalesce(read_at, ?)
         WHERE id = ?`,
        deliveredAt ?? readAt ?? null,
        readAt ?? null,
        messageId,
      ),
    unsettled: (beforeMs) =>
      messagesOf(
        database
          .prepare(
            `SELECT body FROM messages WHERE state = 'accepted' AND accepted_at_ms < ?
             ORDER BY accepted_at_ms, number`,
          )
          .all(beforeMs),
      ),
    setPresent: (chatId, { id, name }, isPresent) =>
      void (isPresent
        ? run('INSERT OR REPLACE INTO present VALUES (?, ?, ?)', chatId, id, name ?? null)
        : run('DELETE FROM present WHERE chat_id = ? AND user_id = ?', chatId, id)),
    describe: (chatId) => ({
      id: chatId,
      status: statusOf(chatId) ?? 'open',
      present: database
        .prepare('SELECT user_id AS id, name FROM present WHERE chat_id = ? ORDER BY user_id')
        .all(chatId),
      messages: database
        .prepare('SELECT * FROM messages WHERE chat_id = ? ORDER BY number')
        .all(chatId)
        .map(({ body, ...row }) => ({ ...row, message: JSON.parse(String(body)) as Message })),
    }),
  };
};

const messagesOf = (rows: readonly Record<string, unknown>[]): Message[] =>
  rows.map(({ body }) => JSON.parse(String(body)) as Message);
