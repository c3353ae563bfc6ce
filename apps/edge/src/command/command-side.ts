/** The command side of the edge, put together: messages, receipts, typing, tokens. */
import { handleFrame, responder, type FrameParts } from './handle-frame.ts';
import { markMessage, unchangedAnswer } from './mark-message.ts';
import { tellEnd } from './update-typing.ts';
import { createReceipts } from '../receipt/receipts.ts';
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

/** What comes from clients: frames to commands, and what they leave behind. */
export function createCommandSide(parts: EdgeParts & { readonly rooms: Rooms }) {
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
  const receipts = createReceipts({
    wheel,
    windowMs: () => (holdback.sheds('receipts') ? pressedReceiptWindowMs : receiptWindowMs),
    mark: (session, command) => markMessage(session, command, mark),
    needless: (session, command) => unchangedAnswer(session, command, ts()),
    tellDesk: (event) =>
      void bus.log.publish(event).catch(warnAbout('the desk could not be told of a receipt')),
    schedule: (session) => session.queue.push(() => receipts.flush(session, responder(session))),
  });
  const ts = () => new Date(parts.now()).toISOString();
  /** What was read just before the page was closed is read all the same; nobody waits for the answer. */
  const takeLastReceipts = (session: ChatSession) =>
    void receipts
      .flush(session, () => undefined)
      ?.catch(warnAbout('the last receipts of a session could not be kept'))
      .finally(() => parts.awaited.forget(session));
  const frameParts: FrameParts = {
    send: { ...mark, newId: parts.newId, refuseIfClosed: settings.refuseIfClosed },
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
      return session.queue.finish();
    },
    forget(session: Session) {
      if (session.socket !== 'chat') return;
      takeLastReceipts(session);
      const ended = clock.endOf(session);
      if (ended !== undefined)
        void tellEnd(ended, typing).catch(warnAbout('the end of an indicator could not be told'));
    },
  };
}
