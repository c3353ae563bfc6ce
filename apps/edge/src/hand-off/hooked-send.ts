/** `sendMessage` where a backend decides: it is asked about the message, and what it says is done. */
import type { SendDecision, SendHook } from '@switchboard/hooks';
import type { Message } from '@switchboard/protocol';
import type { Answer } from '../command/answer.ts';
import {
  addMessage,
  messageOf,
  notAdded,
  type Attempt,
  type SendMessage,
  type SendMessageParts,
} from '../command/send-message.ts';
import type { ReadFields } from './backend-fields.ts';
import { idempotencyKeyOf, messageIdOf } from './message-key.ts';
import type { ExpectedCopy, PostedCopies } from './posted-copies.ts';
import { decodeRefusal, encodeRefusal, type Refusal } from './refusal.ts';
import type { SendLines } from './send-lines.ts';
import {
  takeClaim,
  unclaimed,
  type ClaimParts,
  type ClaimTaken,
  type HeldClaim,
} from './take-claim.ts';

export interface HookedSendParts {
  readonly hook: SendHook;
  readonly read: ReadFields;
  readonly copies: PostedCopies;
  readonly lines: SendLines;
  readonly claim: ClaimParts;
  readonly send: SendMessageParts;
  /** RFC 3339, by Redis' clock. */
  readonly ts: () => string;
  /** Redis can be written to, as far as known. */
  readonly isReady: () => boolean;
  readonly isClosed: (chatId: string) => Promise<boolean>;
  readonly warn: (message: string, details: Record<string, unknown>) => void;
  /** How long the sender waits in all for a decision, ms. */
  readonly timeoutMs: number;
  /** How long for a message that the backend posts itself, ms. */
  readonly deferMaxMs: number;
  /** The process ends: nobody is asked any more. */
  readonly stopping: AbortSignal;
}

/** A message that the backend is asked about. */
interface Question extends Attempt {
  readonly clientMessageId: string;
  readonly idempotencyKey: string;
  readonly sinceMs: number;
}

interface Asked {
  readonly kind: 'asked';
  readonly decision: SendDecision<Message> | { readonly kind: 'closed' };
  readonly claim: HeldClaim;
  readonly copy: ExpectedCopy;
}

/** Who is told to come later comes after this, ms. */
const retryAfterMs = 1_000;

export function createHookedSend(parts: HookedSendParts): SendMessage {
  return async (session, command) => {
    const question = questionOf({ session, command }, parts);
    const outcome = await inTurn(question, parts);
    if (outcome.kind !== 'asked') return answerUnasked(question, outcome, parts);
    try {
      return await answer(question, outcome, parts);
    } finally {
      outcome.copy.end();
      // It left meanwhile, and nobody waits for its events any more.
      if (session.phase === 'ended') parts.send.awaited.forget(session);
    }
  };
}

function questionOf(
  { session, command }: Pick<Attempt, 'session' | 'command'>,
  { send, claim }: HookedSendParts,
): Question {
  const { chatId, identity } = session;
  const stamp = send.newStamp();
  const clientMessageId = command.data.client_message_id ?? send.newId();
  const idempotencyKey = idempotencyKeyOf({ chatId, user: identity.key, clientMessageId });
  const messageId = messageIdOf(idempotencyKey);
  const message = messageOf(session, command.data, { messageId, clientMessageId, ts: stamp.ts });
  const sinceMs = claim.monotonicNow();
  return { session, command, message, stamp, clientMessageId, idempotencyKey, sinceMs };
}

type Unasked = Exclude<ClaimTaken, { kind: 'claimed' }>;

/** The calls of one chat go a few at a time. */
async function inTurn(question: Question, parts: HookedSendParts): Promise<Unasked | Asked> {
  const { chatId } = question.session;
  await parts.lines.turn(chatId);
  try {
    const taken = await claimOf(question, parts);
    if (taken.kind !== 'claimed') return taken;
    return await ask(question, taken.claim, parts);
  } finally {
    parts.lines.end(chatId);
  }
}

/**
 * Nobody can send a message again that came without an id: nothing has to be claimed. Nobody could make good
 * either what the backend has accepted and Redis cannot take.
 */
function claimOf(question: Question, parts: HookedSendParts): ClaimTaken | Promise<ClaimTaken> {
  const { session, command, clientMessageId, sinceMs } = question;
  if (command.data.client_message_id == null)
    return parts.isReady() ? { kind: 'claimed', claim: unclaimed } : { kind: 'unavailable' };
  const key = { chatId: session.chatId, user: session.identity.key, clientMessageId };
  return takeClaim(key, sinceMs + parts.timeoutMs, parts.claim);
}

/** The copy is expected before the call: the backend may post before it answers. */
async function ask(question: Question, claim: HeldClaim, parts: HookedSendParts): Promise<Asked> {
  const { session, command, message, clientMessageId, idempotencyKey, sinceMs } = question;
  const copy = parts.copies.expect(session, clientMessageId, command.requestId);
  const refuses = parts.send.refuseIfClosed && session.identity.role === 'client';
  try {
    if (refuses && (await parts.isClosed(session.chatId)))
      return { kind: 'asked', decision: { kind: 'closed' }, claim, copy };
    const decision = await parts.hook.ask({
      chatId: session.chatId,
      body: bodyOf(question),
      idempotencyKey,
      timeoutMs: Math.max(0, sinceMs + parts.timeoutMs - parts.claim.monotonicNow()),
      read: (fields) => parts.read(message, fields),
      signal: parts.stopping,
    });
    return { kind: 'asked', decision, claim, copy };
  } catch (error) {
    copy.end();
    claim.release();
    throw error;
  }
}

function bodyOf({ session, message, stamp, idempotencyKey }: Question): string {
  return JSON.stringify({
    event: 'sendMessage',
    id: idempotencyKey,
    ts: stamp.ts,
    chat_id: session.chatId,
    user: session.identity.user,
    message,
    session_id: session.id,
  });
}

function answer(
  question: Question,
  asked: Asked,
  parts: HookedSendParts,
): Answer | Promise<Answer> {
  const { decision, claim, copy } = asked;
  if (copy.state === 'passed') {
    // Whatever the call came to: the sender has its message.
    claim.end();
    return undefined;
  }
  switch (decision.kind) {
    case 'accepted':
      return add(question, decision.value, asked, parts);
    case 'deferred':
      return awaitPosted(question, asked, parts);
    case 'refused':
      return claim.settle(encodeRefusal(decision)).then(() => refused(question, decision));
    case 'gaveUp':
      claim.release();
      parts.warn('the backend did not decide on a message', { cause: decision.cause });
      return notAdded(decision.code, question, { retryAfterMs: decision.retryAfterMs });
    case 'closed':
      claim.release();
      return notAdded('chat_closed', question);
  }
}

/** What the backend has accepted is added, also to a chat that was closed meanwhile. */
async function add(
  question: Question,
  message: Message,
  { claim, copy }: Pick<Asked, 'claim' | 'copy'>,
  { send, ts }: HookedSendParts,
): Promise<Answer> {
  let isAdded = false;
  try {
    const added = await addMessage(
      { ...question, message, stamp: { ...question.stamp, ts: ts() } },
      { ...send, refuseIfClosed: false },
    );
    isAdded = added.isAdded;
    // A backend that answers and posts: the post came first and has been the answer.
    return copy.state === 'passed' ? undefined : added.answer;
  } finally {
    if (isAdded) claim.end();
    else claim.release();
  }
}

async function awaitPosted(
  question: Question,
  { claim, copy }: Asked,
  parts: HookedSendParts,
): Promise<Answer> {
  // Whose sender has gone is not waited for: it may be asked about again where the sender is now.
  const isOver = question.session.phase === 'ended' || parts.stopping.aborted;
  const state = isOver ? copy.state : await copy.within(parts.deferMaxMs);
  if (state === 'passed') {
    claim.end();
    return undefined;
  }
  // It is there, and not for the eyes of its sender, who is told its own words.
  if (state === 'hidden') return add(question, question.message, { claim, copy }, parts);
  claim.release();
  return notAdded('backend_timeout', question, { retryAfterMs });
}

async function answerUnasked(
  question: Question,
  taken: Unasked,
  { send }: HookedSendParts,
): Promise<Answer> {
  switch (taken.kind) {
    case 'added':
      return (await addMessage(question, send)).answer;
    case 'decided':
      return refused(question, decodeRefusal(taken.verdict));
    case 'busy':
      return notAdded('backend_timeout', question, { retryAfterMs });
    case 'unavailable':
      return notAdded('unavailable', question);
  }
}

function refused(question: Question, { reason, message }: Refusal): Answer {
  return notAdded('backend_rejected', question, {
    ...(reason !== undefined && { reason }),
    ...(message !== undefined && { message }),
  });
}
