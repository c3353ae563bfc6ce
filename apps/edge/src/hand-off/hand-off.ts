/** What an edge has of its own where a backend decides on messages. Without a hook there is none of it. */
import type { SendHook } from '@switchboard/hooks';
import { notAddedFrame, only } from '../command/answer.ts';
import type { SendMessage, SendMessageParts } from '../command/send-message.ts';
import type { EdgeOptions } from '../edge-parts.ts';
import type { TakenMessage } from '../session/send-lane.ts';
import type { ChatSession } from '../session/session.ts';
import { createReadFields } from './backend-fields.ts';
import { createHookedSend } from './hooked-send.ts';
import { createPostedCopies, type PostedCopies } from './posted-copies.ts';
import { createSendLanes, type SendLanes } from './send-lanes.ts';
import type { SendHookSettings } from './send-hook-settings.ts';
import { createSparingWarnings } from './sparing-warnings.ts';
import { createSendLines } from './send-lines.ts';
import type { ClaimParts } from './take-claim.ts';

export interface HandOff {
  readonly lanes: SendLanes;
  readonly copies: PostedCopies;
  /** Messages that wait for their turn. */
  readonly waiting: number;
  createSend(send: SendMessageParts): SendMessage;
  /** Resolves when none is under way, and at the latest after so long, ms. */
  done(timeoutMs: number): Promise<void>;
  /** The session has ended. */
  forget(session: ChatSession): void;
}

/** Calls about messages of one chat at a time: a chat that is answered slowly leaves connections to others. */
const callsPerChatMax = 8;

/** One warning of a kind in so much time, ms. */
const warnEveryMs = 10_000;

const monotonicNow = () => performance.now();

export function createHandOff(
  options: EdgeOptions & { readonly newId: () => string },
  { hook, settings }: { readonly hook: SendHook; readonly settings: SendHookSettings },
): HandOff {
  const { bus, wheel, newId, onWarning } = options;
  const lines = createSendLines({ waitingMax: settings.waitingMax, callsMax: callsPerChatMax });
  const copies = createPostedCopies(wheel);
  const warn = createSparingWarnings(onWarning, { everyMs: warnEveryMs, now: monotonicNow });
  const underWay = new Set<Promise<unknown>>();
  const ts = () => new Date(bus.now()).toISOString();
  const lanes = createSendLanes({
    lines,
    pendingMax: options.settings.pendingMax,
    unanswered: (session, message) => unanswered(session, message, ts()),
    onError: (error) => onWarning('a command failed', { err: error }),
  });
  const { stopping } = settings;
  stopping.addEventListener('abort', () => copies.forgetAll(), { once: true });
  const claim: ClaimParts = {
    claims: bus.claims,
    wheel,
    newToken: createClaimTokens(newId()),
    monotonicNow,
    random: Math.random,
    stopping,
    onWarning,
  };
  return {
    lanes,
    copies,
    get waiting() {
      return lines.waiting;
    },
    createSend(send) {
      const ask = createHookedSend({
        ...settings,
        hook,
        read: createReadFields(options.limits, (error) =>
          warn('the fields of an answer of the backend make no message', { ...error }),
        ),
        warn,
        copies,
        lines,
        claim,
        send,
        ts,
        isReady: () => bus.health().ready,
        isClosed: (chatId) => bus.log.isClosed(chatId),
      });
      return (session, command) => {
        const answer = ask(session, command);
        const ended = () => underWay.delete(answer);
        underWay.add(answer);
        void answer.then(ended, ended);
        return answer;
      };
    },
    async done(timeoutMs) {
      const tooLate = new Promise((resolve) => wheel.after(timeoutMs, () => resolve(undefined)));
      await Promise.race([Promise.allSettled(underWay), tooLate]);
    },
    forget(session) {
      lanes.forget(session);
      copies.forget(session);
    },
  };
}

/** Names for claims that nobody else gives. */
function createClaimTokens(prefix: string): () => string {
  let given = 0;
  return () => `${prefix}-${(given += 1)}`;
}

/** The edge stops before the backend has answered: the message may still be added. */
function unanswered({ chatId }: ChatSession, { data, requestId }: TakenMessage, ts: string) {
  const refused = { chatId, clientMessageId: data.client_message_id ?? undefined };
  return only(notAddedFrame('unavailable', refused, { context: { ts, requestId } }));
}
