/** `sendMessage`: into the log, once, and answered by its own event. */
import { BusUnavailable, type AppendOutcome, type BusEvent, type EventLog } from '@switchboard/bus';
import {
  messageAdded,
  sentMessage,
  type ClientData,
  type Message,
  type NotAddedCode,
  type Stamp,
} from '@switchboard/protocol';
import type { NewStamp } from '../clock/stamps.ts';
import { frameFor } from '../room/audience.ts';
import type { AwaitedEvents } from '../session/awaited-events.ts';
import type { ChatSession } from '../session/session.ts';
import { notAddedFrame, only, type Answer, type NotAddedDetails } from './answer.ts';
import { awaitOwnEvent, type OwnEventParts } from './await-own-event.ts';

export interface SendMessageParts {
  readonly log: Pick<EventLog, 'append' | 'eventAt'>;
  readonly awaited: AwaitedEvents;
  readonly ownEvent: OwnEventParts;
  readonly newStamp: NewStamp;
  readonly newId: () => string;
  readonly deadlineMs: number;
  /** True: a client's message to a chat that is known as closed is refused. */
  readonly refuseIfClosed: boolean;
}

export interface SendMessageCommand {
  readonly data: ClientData['sendMessage'];
  readonly requestId?: string;
}

/** The backend is behind with what it was handed: it takes a moment to catch up. */
const behind = { retryAfterMs: 2_000 };

/** One message of one socket, on its way into the log. */
export interface Attempt {
  readonly session: ChatSession;
  readonly command: SendMessageCommand;
  readonly message: Message;
  readonly stamp: Stamp;
  /** That it is known by although the client gave none: whoever was asked about it may post it, too. */
  readonly clientMessageId?: string;
}

export interface AddedAnswer {
  readonly answer: Answer;
  /** False: it was not, or nobody knows. */
  readonly isAdded: boolean;
}

/** Takes a message of a socket, and gives its answer. */
export type SendMessage = (session: ChatSession, command: SendMessageCommand) => Promise<Answer>;

/** What it sends is added as it is: the log is the record. */
export function createSendMessage(parts: SendMessageParts): SendMessage {
  return async (session, command) => {
    const stamp = parts.newStamp();
    const messageId = parts.newId();
    const clientMessageId = command.data.client_message_id ?? parts.newId();
    const sent = { messageId, clientMessageId, ts: stamp.ts };
    const message = messageOf(session, command.data, sent);
    const { answer } = await addMessage({ session, command, message, stamp }, parts);
    return answer;
  };
}

/** Into the log, once; answered by its own event, or told why not. */
export async function addMessage(attempt: Attempt, parts: SendMessageParts): Promise<AddedAnswer> {
  const { session, command, stamp } = attempt;
  const own = parts.awaited.expect(stamp.eventId, session, command.requestId);
  const outcome = await append(attempt, parts);
  if (outcome === 'unavailable' || outcome.kind !== 'appended') {
    // It may have passed although its append was not answered in time: then that was the answer.
    if (!parts.awaited.cancel(stamp.eventId)) return { answer: undefined, isAdded: false };
    return { answer: await refusalOrRepeat(attempt, outcome, parts), isAdded: false };
  }
  const answer = { passed: awaitOwnEvent(stamp.eventId, own, parts.ownEvent) };
  return { answer, isAdded: true };
}

/** What a socket sends, as a message of its user. */
export function messageOf(
  { chatId, identity }: ChatSession,
  data: ClientData['sendMessage'],
  sent: { messageId: string; clientMessageId: string; ts: string },
): Message {
  return sentMessage(data, { ...sent, chatId, user: identity.user });
}

async function append(
  attempt: Attempt,
  parts: SendMessageParts,
): Promise<AppendOutcome | 'unavailable'> {
  const { session, command, message, stamp } = attempt;
  const { key, role } = session.identity;
  const clientMessageId = attempt.clientMessageId ?? command.data.client_message_id ?? undefined;
  try {
    return await parts.log.append({
      event: messageAdded(message, stamp),
      deadlineMs: parts.deadlineMs,
      message: { messageId: message.id, type: message.type, author: key },
      refuseIfClosed: parts.refuseIfClosed && role === 'client',
      outbox: 'messages',
      ...(clientMessageId !== undefined && {
        once: { kind: 'clientMessage', user: key, clientMessageId },
      }),
    });
  } catch (error) {
    if (error instanceof BusUnavailable) return 'unavailable';
    parts.awaited.cancel(stamp.eventId);
    throw error;
  }
}

async function refusalOrRepeat(
  attempt: Attempt,
  outcome: Exclude<AppendOutcome, { kind: 'appended' }> | 'unavailable',
  parts: SendMessageParts,
): Promise<Answer> {
  if (outcome === 'unavailable') return notAdded('unavailable', attempt);
  if (outcome.kind === 'closed') return notAdded('chat_closed', attempt);
  if (outcome.kind === 'outboxFull') return notAdded('backend_unavailable', attempt, behind);
  if (outcome.kind === 'duplicate') return repeat(attempt, outcome, parts);
  // The other outcomes belong to appends of other kinds.
  throw new Error(`an append of a message cannot be ${outcome.kind}`);
}

/** To the sender alone. */
export function notAdded(
  code: NotAddedCode,
  { session, command, stamp }: Pick<Attempt, 'session' | 'command' | 'stamp'>,
  details: NotAddedDetails = {},
): Answer {
  const clientMessageId = command.data.client_message_id ?? undefined;
  const context = { ts: stamp.ts, requestId: command.requestId };
  const refused = { chatId: session.chatId, clientMessageId };
  return only(notAddedFrame(code, refused, { ...details, context }));
}

/** The same message again, to this socket alone, without a position: its place is elsewhere. */
async function repeat(
  { session, command, message }: Attempt,
  first: Extract<AppendOutcome, { kind: 'duplicate' }>,
  parts: SendMessageParts,
): Promise<Answer> {
  const { role } = session.identity;
  const logged = await findLogged(session.chatId, first.position, parts);
  const kept = logged && frameFor(role, logged);
  const { eventId, ts } = first;
  const messageId = first.messageId ?? message.id;
  const frame = kept
    ? (JSON.parse(Buffer.from(kept).toString('utf8')) as Record<string, unknown>)
    : rebuilt({ ...message, id: messageId, created_at: ts }, { eventId, ts }, role);
  const { position: _elsewhere, ...told } = frame;
  return only(JSON.stringify({ request_id: command.requestId, duplicate: true, ...told }));
}

async function findLogged(
  chatId: string,
  position: string,
  { log }: SendMessageParts,
): Promise<BusEvent | undefined> {
  try {
    return await log.eventAt(chatId, position);
  } catch (error) {
    // The repeated content serves as well.
    if (error instanceof BusUnavailable) return undefined;
    throw error;
  }
}

/** The first message is not in the log any more: what was repeated, under the ids of the first. */
function rebuilt(
  message: Message,
  stamp: Stamp,
  role: 'client' | 'operator',
): Record<string, unknown> {
  const { event, eventId, ts, chatId, room } = messageAdded(message, stamp);
  const data = (role === 'client' ? room?.clientsData : undefined) ?? room?.data ?? '{}';
  return { event, event_id: eventId, ts, chat_id: chatId, data: JSON.parse(data) as unknown };
}
