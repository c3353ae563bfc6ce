/** What a message that a person sends is called towards the backend: the same over all edges, sockets and attempts. */
import { hash } from 'node:crypto';
import type { SentMessageKey } from '@switchboard/bus';

/** Names one message: 32 hex digits, of all that tells it from others. */
export function idempotencyKeyOf({ chatId, user, clientMessageId }: SentMessageKey): string {
  return hash('sha256', JSON.stringify([chatId, user, clientMessageId])).slice(0, 32);
}

/**
 * The message id that the backend is offered: a UUID of version 8 (RFC 9562 §5.8) made of the key. A backend
 * that keeps it has the same one after a resend, whichever edge asks again.
 */
export function messageIdOf(idempotencyKey: string): string {
  const variant = (0x8 | (Number.parseInt(idempotencyKey[16]!, 16) & 0x3)).toString(16);
  return [
    idempotencyKey.slice(0, 8),
    idempotencyKey.slice(8, 12),
    `8${idempotencyKey.slice(13, 16)}`,
    `${variant}${idempotencyKey.slice(17, 20)}`,
    idempotencyKey.slice(20),
  ].join('-');
}
