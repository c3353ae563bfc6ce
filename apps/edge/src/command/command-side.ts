/** The command side of the edge, put together: messages, receipts, typing, tokens. */
import type { HandOff } from '../hand-off/hand-off.ts';
import { handleFrame, responder, type FrameParts } from './handle-frame.ts';
import { markMessage, unchangedAnswer, type MarkMessageParts } from './mark-message.ts';
import { createSendMessage } from './send-message.ts';
import { tellEnd } from './update-typing.ts';
import { createReceipts, type Receipts } from '../receipt/receipts.ts';
import type { Rooms } from '../room/rooms.ts';
import type { ChatSession, Session } from '../session/session.ts';
import { createTokenClock } from '../session/token-clock.ts';
import { createTypingClock } from '../typing/typing-clock.ts';
import { createTypingPace } from '../typing/typing-pace.ts';
import type { EdgeParts } from '../edge-parts.ts';

/** When the sender's own copy is overdue, and when its next command does not wait for it any more, ms. */
const ownCopy = { overdueAfterMs: 1_000, waitMaxMs: 10_000 };
/** Of one reader's receipts in one room the first goes at once and the rest of this time is merged, ms. */
const receiptWindowMs = 1_000;
/** The same under pressure. */
const pressedReceiptWindowMs = 5_000;

const monotonicNow = () => performance.now();

export interface CommandSideParts extends EdgeParts {
  readonly rooms: Rooms;
  /** Absent: no backend decides on messages. */
  readonly handOff: HandOff | undefined;
}

/** What comes from clients: frames to commands, and what they leave behind. */
export function createCommandSide(parts: CommandSideParts) {
  const { bus, wheel, limits, settings, traffic, holdback, onWarning, newStamp } = parts;
  const deadlineMs = settings.appendTimeoutMs;
  const tokenClock = createTokenClock({
    wheel,
    now: parts.now,
    warnBeforeMs: limits.tokenExpiringBeforeMs,
  });
  const warnAbout = (message: string) => (error: unknown) => onWarning(message, { err: error });
  const typing = { log: bus.log, newStamp, ttlMs: limits.typingTtlMs };
  const clock = createTypingClock({
    wheel,
    ttlMs: limits.typingTtlMs,
    onEnd: (ended) =>
      void tellEnd(ended, typing).catch(warnAbout('the end of an indicator could not be told')),
  });
  const pace = createTypingPace({ intervalMs: settings.typingIntervalMs, now: monotonicNow });
  const mayTell = (session: ChatSession) => {
    if (!holdback.sheds('typing')) return pace.take(session);
    traffic.shed('typing');
    return false;
  };
  const check = (chatId: string) => parts.rooms.get(chatId)?.follow.check();
  const own = {
    awaited: parts.awaited,
    ownEvent: { awaited: parts.awaited, wheel, check, ...ownCopy },
  };
  const mark = { ...own, log: bus.log, newStamp, deadlineMs };
  const ts = () => new Date(parts.now()).toISOString();
  const receipts = createReceiptSide(parts, mark, ts);
  /** What was read just before the page was closed is read all the same; nobody waits for the answer. */
  const takeLastReceipts = (session: ChatSession) =>
    void receipts
      .flush(session, () => undefined)
      ?.catch(warnAbout('the last receipts of a session could not be kept'))
      .finally(() => parts.awaited.forget(session));
  const send = { ...mark, newId: parts.newId, refuseIfClosed: settings.refuseIfClosed };
  const { handOff } = parts;
  const frameParts: FrameParts = {
    send: handOff === undefined ? createSendMessage(send) : handOff.createSend(send),
    sendLanes: handOff?.lanes,
    typing: { ...typing, clock, pace, mayTell },
    receipts,
    token: { verify: parts.verify, control: bus.control, tokenClock, now: parts.now },
    ts,
    limits,
    pendingMax: settings.pendingMax,
    rates: settings.rates,
    takeMessage: holdback.takeMessage,
    monotonicNow,
    onFrame: traffic.frame,
    onRefused: traffic.frameRefused,
    onWarning,
  };
  return {
    tokenClock,
    handle: (session: Session, bytes: Uint8Array, isBinary: boolean) =>
      handleFrame(session, bytes, { isBinary, parts: frameParts }),
    finish(session: Session) {
      if (session.socket === 'chat') {
        session.queue.push(() => receipts.flush(session, responder(session)));
      }
      return finishLanes(session);
    },
    /** Tells who is about to be sent away what has not been answered, and may still be done. */
    abandon(session: Session) {
      if (session.socket !== 'chat' || handOff === undefined) return;
      for (const answer of handOff.lanes.abandon(session)) void responder(session)(answer, '');
    },
    forget(session: Session) {
      if (session.socket !== 'chat') return;
      handOff?.forget(session);
      takeLastReceipts(session);
      const ended = clock.endOf(session);
      if (ended !== undefined)
        void tellEnd(ended, typing).catch(warnAbout('the end of an indicator could not be told'));
    },
  };
}

function createReceiptSide(parts: EdgeParts, mark: MarkMessageParts, ts: () => string): Receipts {
  const { bus, wheel, holdback, onWarning } = parts;
  const warn = (error: unknown) =>
    onWarning('the desk could not be told of a receipt', { err: error });
  const receipts = createReceipts({
    wheel,
    windowMs: () => (holdback.sheds('receipts') ? pressedReceiptWindowMs : receiptWindowMs),
    mark: (session, command) => markMessage(session, command, mark),
    needless: (session, command) => unchangedAnswer(session, command, ts()),
    tellDesk: (event) => void bus.log.publish(event).catch(warn),
    schedule: (session) => session.queue.push(() => receipts.flush(session, responder(session))),
  });
  return receipts;
}

/** The queue may still hand messages over to their lane. */
function finishLanes(session: Session): Promise<void> | undefined {
  const own = session.queue.finish();
  if (session.socket !== 'chat') return own;
  const finishSends = () => session.sends?.finish();
  return own === undefined ? finishSends() : own.then(finishSends);
}
