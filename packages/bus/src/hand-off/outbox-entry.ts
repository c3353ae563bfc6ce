/** What the outbox is given of those who come and go: published for people, kept for the backend. */
import { type RoutedEvent, frameHeadWithoutPosition } from '@switchboard/protocol';
import type { OutboxKind } from '../contract.ts';
import { encodeId, NO_CHAT } from '../redis/keys.ts';

/** As the scripts take it; an empty frame: nothing. */
export interface OutboxEntry {
  readonly chat: string;
  readonly frame: string;
}

const NOTHING: OutboxEntry = { chat: '', frame: '' };

/** Nothing, too, for a kind that the deployment has not chosen. */
export function presenceEntry(
  event: RoutedEvent | undefined,
  kinds: ReadonlySet<OutboxKind>,
): OutboxEntry {
  if (!event || !kinds.has(event.chatId === undefined ? 'operators' : 'users')) return NOTHING;
  const part = event.room ?? event.feed;
  if (!part) return NOTHING;
  return {
    chat: event.chatId === undefined ? NO_CHAT : encodeId(event.chatId),
    frame: `${frameHeadWithoutPosition(event)}"data":${part.data}}`,
  };
}
