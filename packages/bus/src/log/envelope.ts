/**
 * The form in which an event is published: one header line, then the frames' bytes.
 *
 *   previous SP position SP eventId SP name SP audience SP subject SP routing SP frameBytes LF
 *   frame (frameBytes bytes) [clientsFrame]
 *
 * Ids are encoded (no spaces); `-` stands for what is absent; ephemeral events have neither
 * previous nor position. A follower slices the header off and hands the frames on as they are.
 */
import { type RoutedEvent, frameHeadWithoutPosition } from '@switchboard/protocol';
import type { BusEvent } from '../contract.ts';
import { isPosition } from './position.ts';
import { decodeId, encodeId } from '../redis/keys.ts';

const LINE_FEED = 0x0a;
const ABSENT = '-';
const FRAME_BYTES = /^\d{1,10}$/u;

/** A published event with its place in the chain. Ephemeral events have no place. */
export interface Envelope extends BusEvent {
  readonly previous?: string;
}

/** The header's fields from eventId to routing, as they are stored and published. */
export function encodeMeta(
  event: Pick<RoutedEvent, 'eventId' | 'event'>,
  audience: string,
  subject: string | undefined,
  routing = ABSENT,
): string {
  return `${encodeId(event.eventId)} ${event.event} ${audience} ${encodeSubject(subject)} ${routing}`;
}

export function encodeSubject(subject: string | undefined): string {
  return subject === undefined ? ABSENT : encodeId(subject);
}

/** The envelopes of an event that is published without being logged and needs no chat's routing. */
export function ephemeralEnvelopes(event: RoutedEvent): { room?: string; feed?: string } {
  return {
    ...(event.room && { room: ephemeralRoomEnvelope(event, event.room) }),
    ...(event.feed && { feed: ephemeralFeedEnvelope(event, event.feed) }),
  };
}

function ephemeralRoomEnvelope(event: RoutedEvent, room: NonNullable<RoutedEvent['room']>): string {
  const head = frameHeadWithoutPosition(event);
  const frame = ephemeralFrame(head, room.data);
  const clientsFrame = room.clientsData === undefined ? '' : ephemeralFrame(head, room.clientsData);
  const meta = encodeMeta(event, room.audience, room.except);
  return `- - ${meta} ${Buffer.byteLength(frame)}\n${frame}${clientsFrame}`;
}

function ephemeralFeedEnvelope(event: RoutedEvent, feed: NonNullable<RoutedEvent['feed']>): string {
  const frame = ephemeralFrame(frameHeadWithoutPosition(event), feed.data);
  const meta = encodeMeta(event, feedAudience(feed), feedSubject(feed));
  return `- - ${meta} ${Buffer.byteLength(frame)}\n${frame}`;
}

export function ephemeralFrame(head: string, data: string): string {
  return `${head}"data":${data}}`;
}

export function feedAudience(feed: NonNullable<RoutedEvent['feed']>): string {
  return typeof feed.to === 'string' ? feed.to : 'operator';
}

export function feedSubject(feed: NonNullable<RoutedEvent['feed']>): string | undefined {
  return typeof feed.to === 'string' ? undefined : feed.to.operatorId;
}

/** Decodes a published message; undefined when it is not one (somebody else writes to the channel). */
export function decodeEnvelope(message: Buffer): Envelope | undefined {
  const headerEnd = message.indexOf(LINE_FEED);
  if (headerEnd < 0) return undefined;
  const fields = message.toString('utf8', 0, headerEnd).split(' ');
  if (fields.length !== 8) return undefined;
  const [previous = '', position = '', ...rest] = fields;
  if (!isPlace(previous, position)) return undefined;
  const length = rest.pop() ?? '';
  const frameEnd = headerEnd + 1 + Number(length);
  if (!FRAME_BYTES.test(length) || frameEnd > message.length) return undefined;
  const event: Writable<Envelope> = decodeMeta(rest, message.subarray(headerEnd + 1, frameEnd));
  if (previous !== ABSENT) {
    event.previous = previous;
    event.position = position;
  }
  if (frameEnd < message.length) event.clientsFrame = message.subarray(frameEnd);
  return event;
}

/** Filled in after its making: copies of objects cost more than all the rest of an envelope. */
type Writable<T> = { -readonly [Field in keyof T]: T[Field] };

/** Both or neither: a follower asks the log for what comes after them. */
function isPlace(previous: string, position: string): boolean {
  if (previous === ABSENT) return position === ABSENT;
  return isPosition(previous) && isPosition(position);
}

/** The meta fields of a header or of a log entry, with the frame that they came with. */
export function decodeMeta(fields: readonly string[], frame: Uint8Array): Writable<BusEvent> {
  const [eventId = '', name = '', audience, subject, routing = ABSENT] = fields;
  const event: Writable<BusEvent> = {
    eventId: decodeId(eventId),
    name,
    audience: audience as BusEvent['audience'],
    routing,
    frame,
  };
  if (subject !== ABSENT && subject !== undefined) event.subject = decodeId(subject);
  return event;
}
