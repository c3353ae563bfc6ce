/**
 * How many frames of each kind one socket may send. Typing is not among them: it is limited per user and
 * room and dropped without an answer; see `typing-pace`.
 */
import type { Rate } from '@switchboard/runtime';
import { FrameBuckets } from '../session/frame-buckets.ts';
import type { Session } from '../session/session.ts';

export interface FrameRates {
  readonly messages: Rate;
  readonly receipts: Rate;
  /** `ping` and `refreshToken`. */
  readonly others: Rate;
}

const kinds: Readonly<Record<string, keyof FrameRates | undefined>> = {
  sendMessage: 'messages',
  markMessageDelivered: 'receipts',
  markMessageRead: 'receipts',
  ping: 'others',
  refreshToken: 'others',
};

/**
 * 0: it may come. Otherwise how long the socket waits before it sends one of the kind again, ms.
 * @param nowMs by a clock that never steps back
 */
export function takeFrame(
  session: Session,
  event: string,
  { rates, nowMs }: { rates: FrameRates; nowMs: number },
): number {
  const kind = kinds[event];
  if (kind === undefined) return 0;
  session.buckets ??= new FrameBuckets();
  return session.buckets[kind].take(nowMs, rates[kind]);
}
