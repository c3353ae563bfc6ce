/**
 * What a backend's answer to a batch of events means for them.
 *
 * | reply                              | verdict   | what becomes of the events                          |
 * |------------------------------------|-----------|-----------------------------------------------------|
 * | 2xx                                | delivered | they leave the outbox                               |
 * | 400, 403, 409, 410, 413, 422       | refused   | halves of them, until the refused ones are alone    |
 * | any other status, or no answer     | failing   | they stay, and are sent again                       |
 */
import type { HookReply } from '@switchboard/hooks';
import type { DeliveryFailure } from '@switchboard/bus';

export interface Failing {
  readonly kind: 'failing';
  readonly why: 'status' | 'timeout' | 'network' | 'full';
  readonly failure: DeliveryFailure;
  readonly retryAfterMs?: number;
}

export type Verdict =
  | { readonly kind: 'delivered' }
  | { readonly kind: 'refused'; readonly failure: DeliveryFailure }
  | Failing;

const refusing = new Set([400, 403, 409, 410, 413, 422]);

/** Undefined: the call was given up, so it tells nothing. */
export function judgeBatch(reply: HookReply): Verdict | undefined {
  if (reply.kind === 'failed') {
    const { why, error } = reply;
    return why === 'aborted' ? undefined : { kind: 'failing', why, failure: { reason: error } };
  }
  const { status, retryAfterMs, content } = reply;
  if (status >= 200 && status < 300) return { kind: 'delivered' };
  const failure = { status, reason: reasonOf(content.kind === 'json' ? content.value : undefined) };
  if (refusing.has(status)) return { kind: 'refused', failure };
  return {
    kind: 'failing',
    why: 'status',
    failure,
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  };
}

const REASON_MAX_CHARS = 256;

/** The backend's own words, as for a refused message: its `code` and its `message`. */
function reasonOf(content: unknown): string {
  if (typeof content !== 'object' || content === null) return 'status';
  const { code, message } = content as { code?: unknown; message?: unknown };
  const words = [code, message].filter((word) => typeof word === 'string' && word !== '');
  return words.length === 0 ? 'status' : words.join(': ').slice(0, REASON_MAX_CHARS);
}
