/**
 * The calls that this backend makes. Each is written down in the transaction that causes it and made afterwards,
 * in order, until it is answered for good: so none is lost, and none is made for what was never committed.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Conversations, Message } from './conversations.ts';
import type { Database } from './database.ts';

export interface Calls {
  /** Inside a transaction; the message is there already, and becomes `shown` when it was posted. */
  publish(message: Message): void;
  /** Inside a transaction: tells desks that a conversation was changed. */
  updateChat(chat: { id: string; status: string }): void;
  /** Makes the calls that there are; resolves when none is left or `stop` was called. */
  make(): Promise<void>;
  stop(): Promise<void>;
}

interface Parts {
  readonly database: Database;
  readonly conversations: Conversations;
  readonly ingressUrl: string;
  readonly apiToken: string;
  /** Told of calls that will never succeed. */
  readonly say: (line: string) => void;
}

interface Row {
  readonly number: number;
  readonly idempotency_key: string;
  readonly path: string;
  readonly body: string;
  readonly message_id: string | null;
}

const timeoutMs = 10_000;
const firstPauseMs = 250;
const longestPauseMs = 30_000;

export const createCalls = (parts: Parts): Calls => {
  const { database, conversations, say } = parts;
  const stopping = new AbortController();
  let running: Promise<void> | undefined;

  const add = (path: string, body: object, messageId: string | null) =>
    void database
      .prepare('INSERT INTO calls (idempotency_key, path, body, message_id) VALUES (?, ?, ?, ?)')
      .run(randomUUID(), path, JSON.stringify(body), messageId);
  const next = () =>
    database.prepare('SELECT * FROM calls ORDER BY number').get() as Row | undefined;
  const settle = ({ number, path, message_id }: Row, status: number) => {
    if (status !== 200) say(`${path} was answered ${status}: call ${number} is given up`);
    else if (message_id !== null) conversations.setState(message_id, 'shown');
    database.prepare('DELETE FROM calls WHERE number = ?').run(number);
  };
  const makeAll = async () => {
    for (let row = next(), tries = 0; row && !stopping.signal.aborted; row = next()) {
      const { status, retryAfterS } = await post(parts, row, stopping.signal);
      if (isFinal(status)) {
        settle(row, status);
        tries = 0;
      } else await pause(tries++, retryAfterS, stopping.signal);
    }
  };
  const make = () => (running ??= makeAll().finally(() => (running = undefined)));

  return {
    publish: (message) => add('/message', message, message.id),
    updateChat: (chat) => add('/update/chat', chat, null),
    make,
    stop: async () => {
      stopping.abort();
      await running;
    },
  };
};

/** The same key at every try: what was done already is answered as the first time. Status 0: no answer. */
const post = async (
  { ingressUrl, apiToken }: Parts,
  row: Row,
  stopping: AbortSignal,
): Promise<{ status: number; retryAfterS?: number }> => {
  try {
    const answer = await fetch(ingressUrl + row.path, {
      method: 'POST',
      headers: {
        'api-token': apiToken,
        'content-type': 'application/json',
        'idempotency-key': row.idempotency_key,
      },
      body: row.body,
      signal: AbortSignal.any([stopping, AbortSignal.timeout(timeoutMs)]),
    });
    await answer.arrayBuffer();
    return { status: answer.status, retryAfterS: Number(answer.headers.get('retry-after')) || 0 };
  } catch {
    return { status: 0 };
  }
};

/** Done, or wrong for ever. All else may pass: a token that is being exchanged, too many calls, Redis away. */
const isFinal = (status: number): boolean => [200, 400, 413, 415, 422].includes(status);

const pause = async (tries: number, retryAfterS = 0, stopping: AbortSignal): Promise<void> => {
  const growingMs = Math.min(longestPauseMs, firstPauseMs * 2 ** tries) * Math.random();
  await delay(Math.max(growingMs, retryAfterS * 1000), undefined, { signal: stopping }).catch(
    () => {},
  );
};
