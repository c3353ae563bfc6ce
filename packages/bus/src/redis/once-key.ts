/** Where the first answer to what may come again is kept. */
import type { OnceKey } from '../contract.ts';
import type { Keys } from './keys.ts';

/** @param chatId absent: an event without a room */
export function onceKeyOf(keys: Keys, chatId: string | undefined, once: OnceKey): string {
  const chat = chatId ?? '';
  return once.kind === 'idempotencyKey'
    ? keys.once(chatId, 'k', [once.tokenName, once.path, chat, once.key])
    : keys.once(chatId, 'c', [chat, once.user, once.clientMessageId]);
}
