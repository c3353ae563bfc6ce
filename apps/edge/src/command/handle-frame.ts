/**
 * Bytes from a socket → a command in its queue, or the answer to what was none. Whatever comes gets
 * its answer in the order of the frames; nothing here throws.
 */
import { BusUnavailable } from '@switchboard/bus';
import {
  parseClientFrame,
  type ClientFrame,
  type ClientFrameFailure,
  type FrameErrorCode,
  type Limits,
  type ParsedClientFrame,
} from '@switchboard/protocol';
import type { Respond } from '../receipt/receipts.ts';
import type { SendLanes } from '../hand-off/send-lanes.ts';
import type { ChatSession, Session } from '../session/session.ts';
import { errorFrame, notAddedFrame, type Answer } from './answer.ts';
import { takeFrame, type FrameRates } from './frame-rates.ts';
import { dispatch, runCommand, type CommandParts } from './run-command.ts';

export interface FrameParts extends CommandParts {
  readonly limits: Limits;
  /** Where messages wait while a backend is asked; absent: no backend is. */
  readonly sendLanes?: SendLanes | undefined;
  /** Commands of one socket that may wait; more are refused. */
  readonly pendingMax: number;
  readonly rates: FrameRates;
  /** 0: a message may be accepted now. Otherwise the milliseconds after which to send it again. */
  readonly takeMessage: () => number;
  /** A clock that never steps back, ms. */
  readonly monotonicNow: () => number;
  readonly onFrame: (event: string) => void;
  readonly onRefused: (code: string) => void;
}

const surplusRetryAfterMs = 1_000;
const badCodes: ReadonlySet<string> = new Set(['malformed', 'unknown_event', 'validation_failed']);

export function handleFrame(
  session: Session,
  bytes: Uint8Array,
  { isBinary, parts }: { isBinary: boolean; parts: FrameParts },
): void {
  const parsed = isBinary ? binaryFailure() : parse(session, bytes, parts);
  if (!parsed.ok) return refuse(session, parsed, parts);
  const { frame } = parsed;
  session.badFrames.good();
  parts.onFrame(frame.event);
  const limit = limitOf(session, frame, parts);
  if (limit !== undefined) return refuseSurplus(session, frame, { limit, parts });
  const { sendLanes } = parts;
  if (sendLanes !== undefined && frame.event === 'sendMessage' && session.socket === 'chat')
    return takeApart(session, frame, { parts, lanes: sendLanes });
  session.queue.push(() => run(session, frame, { parts, handle: runCommand }));
}

/** A message that a backend is asked about: into its lane, when what came before it has been begun. */
function takeApart(
  session: ChatSession,
  frame: Extract<ClientFrame, { event: 'sendMessage' }>,
  { parts, lanes }: { parts: FrameParts; lanes: SendLanes },
): void {
  lanes.take(session, frame);
  const task = () => run(session, frame, { parts, handle: dispatch });
  const push = () => lanes.push(session, frame, task);
  session.queue.push(() => {
    const flushed = parts.receipts.flush(session, responder(session));
    return flushed === undefined ? push() : flushed.catch(noteFailure(parts)).then(push);
  });
}

/** Receipts that could not be kept are no reason not to take a message. */
function noteFailure({ onWarning }: FrameParts) {
  return (error: unknown) => {
    if (!(error instanceof BusUnavailable)) onWarning('receipts could not be kept', { error });
  };
}

function parse(session: Session, bytes: Uint8Array, { limits }: FrameParts): ParsedClientFrame {
  return parseClientFrame(bytes, { socket: session.socket, role: session.identity.role, limits });
}

function binaryFailure(): ClientFrameFailure {
  return { ok: false, error: { code: 'malformed', message: 'Frames are text' } };
}

function run(
  session: Session,
  frame: ClientFrame,
  { parts, handle }: { parts: FrameParts; handle: typeof runCommand },
): Promise<void> | void {
  const running = handle(session, frame, { parts, respond: responder(session) });
  return running?.catch((error: unknown) => fail(session, frame, { error, parts }));
}

/** Sends answers to a session; an answer that is an event holds up the next command until it has passed. */
export function responder(session: Session): Respond {
  return (answer: Answer) => {
    if (answer === undefined) return undefined;
    if ('passed' in answer) return answer.passed;
    for (const frame of answer.frames) session.send(frame);
    return undefined;
  };
}

function fail(
  session: Session,
  frame: ClientFrame,
  { error, parts }: { error: unknown; parts: FrameParts },
): void {
  const code = error instanceof BusUnavailable ? 'unavailable' : 'internal';
  if (code === 'internal') parts.onWarning('a command failed', { event: frame.event, error });
  parts.onRefused(code);
  session.send(refusalFrame(session, frame, { code, parts }));
}

function refuse(session: Session, failure: ClientFrameFailure, parts: FrameParts): void {
  const { code } = failure.error;
  parts.onRefused(code);
  const tooMany = badCodes.has(code) && session.badFrames.bad(parts.monotonicNow());
  if (!badCodes.has(code)) session.badFrames.good();
  session.queue.push(() => session.send(failureAnswer(session, failure, parts)));
  if (tooMany) session.queue.push(() => session.end('protocol_error'));
  endWhenFlooded(session, parts);
}

function failureAnswer(session: Session, failure: ClientFrameFailure, parts: FrameParts): string {
  const { requestId, clientMessageId, error } = failure;
  const context = { ts: parts.ts(), requestId };
  // `messageNotAdded` belongs to a room: at the desk nothing can be sent, and `error` says so.
  if (failure.event !== 'sendMessage' || session.socket === 'broadcast')
    return errorFrame(error.code as FrameErrorCode, context, error);
  const refused = { chatId: chatOf(session), clientMessageId };
  return notAddedFrame(failure.error.code, refused, { ...error, context });
}

interface Limit {
  readonly code: 'too_many_pending' | 'rate_limited';
  readonly retryAfterMs: number;
}

/** The first limit that the frame is above: of its socket, then of what can be carried. */
function limitOf(session: Session, { event }: ClientFrame, parts: FrameParts): Limit | undefined {
  if (mayNotWait(session, event, parts)) {
    const code = event === 'sendMessage' ? 'too_many_pending' : 'rate_limited';
    return { code, retryAfterMs: surplusRetryAfterMs };
  }
  const nowMs = parts.monotonicNow();
  const waitMs =
    takeFrame(session, event, { rates: parts.rates, nowMs }) ||
    (event === 'sendMessage' ? parts.takeMessage() : 0);
  return waitMs === 0 ? undefined : { code: 'rate_limited', retryAfterMs: waitMs };
}

function mayNotWait(session: Session, event: string, parts: FrameParts): boolean {
  if (session.queue.length >= parts.pendingMax) return true;
  if (event !== 'sendMessage' || session.socket !== 'chat') return false;
  return parts.sendLanes?.isFull(session) ?? false;
}

function refuseSurplus(
  session: Session,
  frame: ClientFrame,
  { limit, parts }: { limit: Limit; parts: FrameParts },
): void {
  parts.onRefused(limit.code);
  session.queue.push(() => session.send(refusalFrame(session, frame, { ...limit, parts })));
  endWhenFlooded(session, parts);
}

/** Refusals wait for their turn too: a socket that goes on without reading them is not kept. */
function endWhenFlooded(session: Session, { pendingMax }: FrameParts): void {
  if (session.queue.length > pendingMax * 2) session.end('rate_limited');
}

function refusalFrame(
  session: Session,
  frame: ClientFrame,
  {
    code,
    retryAfterMs,
    parts,
  }: {
    code: 'too_many_pending' | 'rate_limited' | 'unavailable' | 'internal';
    retryAfterMs?: number;
    parts: FrameParts;
  },
): string {
  const context = { ts: parts.ts(), requestId: frame.requestId };
  const details = retryAfterMs === undefined ? {} : { retryAfterMs };
  if (frame.event !== 'sendMessage') return errorFrame(code as FrameErrorCode, context, details);
  const clientMessageId = frame.data.client_message_id ?? undefined;
  return notAddedFrame(code, { chatId: chatOf(session), clientMessageId }, { ...details, context });
}

function chatOf(session: Session): string {
  return session.socket === 'chat' ? session.chatId : '';
}
