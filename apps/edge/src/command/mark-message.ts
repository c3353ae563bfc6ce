/** `markMessageDelivered` and `markMessageRead`: one receipt into the log, if it says anything new. */
import type { EventLog, RecalledMessage } from '@switchboard/bus';
import {
  audienceOf,
  encodeAnswer,
  receiptUnchanged,
  receiptUpdated,
  type MessageType,
  type Receipt,
  type RoutedEvent,
} from '@switchboard/protocol';
import type { NewStamp } from '../clock/stamps.ts';
import type { PendingReceipt } from '../receipt/merge.ts';
import type { AwaitedEvents } from '../session/awaited-events.ts';
import type { ChatSession } from '../session/session.ts';
import { errorFrame, only, type Answer } from './answer.ts';
import { awaitOwnEvent, type OwnEventParts } from './await-own-event.ts';

export interface ReceiptCommand extends PendingReceipt {
  readonly type?: MessageType | undefined;
}

export interface MarkMessageParts {
  readonly log: Pick<EventLog, 'append' | 'recall'>;
  readonly awaited: AwaitedEvents;
  readonly ownEvent: OwnEventParts;
  readonly newStamp: NewStamp;
  readonly deadlineMs: number;
}

const behindRetryAfterMs = 2_000;

/** What became of a receipt: its answer, and what `/broadcast` is to be told of it. */
export interface MarkOutcome {
  readonly answer: Answer;
  readonly forDesk?: RoutedEvent;
}

export async function markMessage(
  session: ChatSession,
  command: ReceiptCommand,
  parts: MarkMessageParts,
): Promise<MarkOutcome> {
  const known = await parts.log.recall(session.chatId, command.messageId);
  const receipt = receiptOf(session, command, known);
  const stamp = parts.newStamp();
  const routed = receiptUpdated(receipt, stamp);
  if (!mayMark(session, command, known) || routed.logged.room === undefined) {
    return { answer: unknown(command, stamp.ts) };
  }
  const own = parts.awaited.expect(stamp.eventId, session, command.requestId);
  const outcome = await append(session, { command, known, event: routed.logged }, parts);
  if (outcome.kind !== 'appended') {
    parts.awaited.cancel(stamp.eventId);
    if (outcome.kind === 'outboxFull') return { answer: behind(command, stamp.ts) };
    return { answer: unchanged(receipt, command, stamp.ts) };
  }
  const answer = { passed: awaitOwnEvent(stamp.eventId, own, parts.ownEvent) };
  return { answer, ...(routed.ephemeral && { forDesk: routed.ephemeral }) };
}

/** The answer to a receipt that says nothing new: for its sender alone. */
export function unchangedAnswer(session: ChatSession, command: ReceiptCommand, ts: string): Answer {
  return unchanged(receiptOf(session, command, undefined), command, ts);
}

/**
 * A message that the reader cannot have seen does not exist for it. `up_to` needs a message whose
 * place in the room is known.
 */
function mayMark(
  { identity }: ChatSession,
  { upTo }: ReceiptCommand,
  known: RecalledMessage | undefined,
): boolean {
  if (known === undefined) return !upTo;
  const audience = audienceOf(known.type, known.typeRole);
  return identity.role === 'client' ? audience.clients : audience.operators;
}

/** The remembered type counts; without one a client is not asked: it only repeats an id that it was sent. */
function receiptOf(
  { chatId, identity }: ChatSession,
  { level, messageId, upTo, type }: ReceiptCommand,
  known: RecalledMessage | undefined,
): Receipt {
  const told = identity.role === 'operator' && type !== 'system' ? type : undefined;
  return {
    level,
    chatId,
    reader: identity.user,
    message: { id: messageId, type: known?.type ?? told, typeRole: known?.typeRole },
    upTo,
    newestFor: known?.newestFor,
  };
}

async function append(
  session: ChatSession,
  {
    command,
    known,
    event,
  }: { command: ReceiptCommand; known: RecalledMessage | undefined; event: RoutedEvent },
  parts: MarkMessageParts,
) {
  const { level, messageId, upTo } = command;
  const sequence = known?.sequence;
  try {
    return await parts.log.append({
      event,
      deadlineMs: parts.deadlineMs,
      outbox: 'receipts',
      receipt: {
        reader: session.identity.key,
        level,
        messageId,
        upTo,
        ...(sequence !== undefined && { sequence }),
      },
    });
  } catch (error) {
    parts.awaited.cancel(event.eventId);
    throw error;
  }
}

function unchanged(receipt: Receipt, { requestId }: ReceiptCommand, ts: string): Answer {
  const data = receiptUnchanged(receipt, ts);
  return only(encodeAnswer('messageUpdated', data, { ts, requestId, chatId: receipt.chatId }));
}

/** The backend is behind with what it was handed on. */
function behind({ requestId }: ReceiptCommand, ts: string): Answer {
  return only(errorFrame('unavailable', { ts, requestId }, { retryAfterMs: behindRetryAfterMs }));
}

function unknown({ requestId }: ReceiptCommand, ts: string): Answer {
  return only(errorFrame('message_unknown', { ts, requestId }, { field: 'message_id' }));
}
