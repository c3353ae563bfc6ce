/**
 * Frames as text. A logged event's frame is a head, the position and a tail, so that whoever knows
 * the position last (Redis) joins three strings and encodes nothing.
 */
import type { RoutedEvent } from '../routing/routed-event.ts';
import type { ServerData, ServerEvent } from './server-frames.ts';

type Head = Pick<RoutedEvent, 'event' | 'eventId' | 'ts' | 'chatId'>;

/** What surrounds the payload of an answer. `eventId` only where it repeats a logged event. */
export interface AnswerHead {
  readonly ts: string;
  readonly requestId?: string | undefined;
  readonly eventId?: string | undefined;
  readonly chatId?: string | undefined;
}

/**
 * A logged frame up to and including `"position":"`. The rest is the position, then
 * `","data":` + data + `}`.
 *
 * @param positionPrefix what stands before the position on `/broadcast`: `<partition>:`
 */
export function frameHead(event: Head, positionPrefix = ''): string {
  return `${frameHeadWithoutPosition(event)}"position":"${positionPrefix}`;
}

/** A frame up to and including the comma before `"data":`. The rest is `"data":` + data + `}`. */
export function frameHeadWithoutPosition({ event, eventId, ts, chatId }: Head): string {
  const chat = chatId === undefined ? '' : `"chat_id":${JSON.stringify(chatId)},`;
  return `{"event":"${event}","event_id":${JSON.stringify(eventId)},"ts":"${ts}",${chat}`;
}

/** A frame that is neither logged nor published: answers, `connected`, `checkpoint`. */
export function encodeAnswer<E extends ServerEvent>(
  event: E,
  data: ServerData[E],
  head: AnswerHead,
): string {
  return JSON.stringify({
    request_id: head.requestId,
    event,
    event_id: head.eventId,
    ts: head.ts,
    chat_id: head.chatId,
    data,
  });
}

/** The same, but for `request_id` and `event_id`, around a payload that is encoded already. */
export function encodeAnswerAround(
  event: ServerEvent,
  dataJson: string,
  { ts, chatId }: Pick<AnswerHead, 'ts' | 'chatId'>,
): string {
  const chat = chatId === undefined ? '' : `"chat_id":${JSON.stringify(chatId)},`;
  return `{"event":"${event}","ts":"${ts}",${chat}"data":${dataJson}}`;
}

const encoder = new TextEncoder();

/** A copy of the frame with `request_id` as its first field; the frame is not parsed. */
export function withRequestId<F extends string | Uint8Array>(frame: F, requestId: string): F;
export function withRequestId(frame: string | Uint8Array, requestId: string): string | Uint8Array {
  const opening = `{"request_id":${JSON.stringify(requestId)},`;
  if (typeof frame === 'string') return opening + frame.slice(1);
  const head = encoder.encode(opening);
  const bytes = new Uint8Array(head.length + frame.length - 1);
  bytes.set(head);
  bytes.set(frame.subarray(1), head.length);
  return bytes;
}
