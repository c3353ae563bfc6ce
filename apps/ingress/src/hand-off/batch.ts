/** Events as one call of the backend. */
import { createHash } from 'node:crypto';
import type { OutboxEvent } from '@switchboard/bus';

export interface Batch {
  readonly body: string;
  /** The same for the very same events, whoever sends them, and for no others. */
  readonly idempotencyKey: string;
}

const KEY_CHARS = 32;

/** Frames are final JSON: they are joined, and neither parsed nor encoded again. */
export function batchOf(events: readonly OutboxEvent[]): Batch {
  const body = `{"events":[${events.map(({ frame }) => frame).join(',')}]}`;
  const idempotencyKey = createHash('sha256').update(body).digest('hex').slice(0, KEY_CHARS);
  return { body, idempotencyKey };
}

/** What events of operators who come and go are kept in order by. */
export type Lane = string | undefined;

/** In the order of their first events, each in its order. */
export function byChat<E extends OutboxEvent>(events: readonly E[]): Map<Lane, E[]> {
  return Map.groupBy(events, ({ chatId }) => chatId);
}
