/**
 * Decides on every message that somebody sends over a socket. A call may come again with the same key: the
 * answer is kept beside what it caused, in one transaction, and given again.
 */
import { randomUUID } from 'node:crypto';
import type { Calls } from './calls.ts';
import type { Content, Conversations, User } from './conversations.ts';
import { inTransaction, type Database } from './database.ts';

export interface SendCall {
  readonly event: 'sendMessage';
  readonly chat_id: string;
  readonly user: User;
  /** As somebody wrote it. It has an `id` and a `created_at`, too, unless we give others. */
  readonly message: Content;
}

export interface Answer {
  readonly status: number;
  readonly body?: object;
}

export type SendHook = (idempotencyKey: string, call: SendCall) => Answer;

interface Parts {
  readonly database: Database;
  readonly conversations: Conversations;
  readonly calls: Calls;
  readonly nowMs: () => number;
}

export const createSendHook = (parts: Parts): SendHook => {
  const { database, nowMs } = parts;
  const remembered = (key: string): Answer | undefined => {
    const row = database.prepare('SELECT answer FROM answers WHERE idempotency_key = ?').get(key);
    return row && (JSON.parse(String(row['answer'])) as Answer);
  };
  const remember = (key: string, answer: Answer) =>
    void database
      .prepare('INSERT INTO answers VALUES (?, ?, ?)')
      .run(key, JSON.stringify(answer), nowMs());

  return (key, call) =>
    inTransaction(database, () => {
      const known = remembered(key);
      if (known !== undefined) return known;
      const answer = refusalOf(parts, call) ?? accept(parts, call);
      remember(key, answer);
      return answer;
    });
};

const unwanted = /\bspam\b/iu;

/** 409 and 422 are verdicts: the sender sees `message`, its page gets `code` as `reason`. */
const refusalOf = ({ conversations }: Parts, { chat_id, user, message }: SendCall) => {
  if (user.role === 'client' && conversations.isClosed(chat_id)) {
    const text = 'This conversation is closed.';
    return { status: 409, body: { code: 'conversation_closed', message: text } };
  }
  if (unwanted.test(message.text ?? '')) {
    return { status: 422, body: { code: 'unwanted', message: 'We do not take this message.' } };
  }
  return undefined;
};

const accept = ({ conversations, calls, nowMs }: Parts, call: SendCall): Answer => {
  const { text: written } = call.message;
  const message = {
    ...call.message,
    id: randomUUID(),
    chat_id: call.chat_id,
    user: call.user,
    ...(written && { text: hideCardNumbers(written) }),
    created_at: new Date(nowMs()).toISOString(),
  };
  if ((message.attachments ?? []).length > 0) {
    // Files would be looked at first; then we post it ourselves, with the same `client_message_id`.
    calls.publish(conversations.add(message, 'posting'));
    return { status: 202 };
  }
  const { id, text, meta, created_at } = conversations.add(message, 'accepted');
  return { status: 200, body: { id, text, meta, created_at } };
};

const cardNumber = /\b\d(?:[ -]?\d){12,18}\b/gu;

const hideCardNumbers = (text: string): string =>
  text.replace(cardNumber, (number) => `•••• ${number.slice(-4)}`);
