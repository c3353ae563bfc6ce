/** Asks a customer's backend about one message, again and again while it fails, within a bound of time. */
import { backoffMs, type BackoffOptions } from './backoff.ts';
import type { Breaker, CallEnd, Permit } from './breaker.ts';
import { realClock, type Clock } from './clock.ts';
import type {
  HookCaller,
  HookObserver,
  HookReply,
  SendDecision,
  SendHook,
  SendQuestion,
  SendVerdict,
} from './contract.ts';
import { judgeSend } from './judge-send.ts';

export interface SendHookOptions {
  readonly caller: HookCaller;
  /** One for the process. */
  readonly breaker: Breaker;
  /** Of one try. */
  readonly tryTimeoutMs: number;
  /** Of a question: its tries and the pauses between them. */
  readonly timeoutMs: number;
  /** Between two tries, after what Retry-After asks for; default up to 500 ms, doubled up to 4 s. */
  readonly backoff?: BackoffOptions;
  readonly observer?: HookObserver;
  readonly clock?: Clock;
  /** 0..1, as Math.random. */
  readonly random?: () => number;
}

type Failing = Extract<SendVerdict, { kind: 'failing' }>;
type GaveUp = Extract<SendDecision<never>, { kind: 'gaveUp' }>;
type Outcome<T> = Exclude<SendDecision<T>, GaveUp> | Failing;

/** With less time than this left no try is begun: it would only load the backend. */
const tryMinMs = 50;
/** However the dice fall: a bound on how often a message is tried. */
const pauseMinMs = 20;
/** When a sender comes back who was told of no other time: not all of them at once. */
const retryAfterMinMs = 1000;
const retryAfterSpreadMs = 2000;
const retryAfterMaxMs = 3_600_000;
/** How often a question that waits for the breaker looks again. */
const breakerPollMs = 500;

export const createSendHook = (options: SendHookOptions): SendHook => {
  const { breaker, observer, clock = realClock, random = Math.random } = options;
  const { backoff = { firstMs: 500, maxMs: 4000 } } = options;

  const gaveUp = (failure: Failing | undefined, waitMs: number): GaveUp => ({
    kind: 'gaveUp',
    code: failure?.why === 'timeout' ? 'backend_timeout' : 'backend_unavailable',
    retryAfterMs: Math.round(
      Math.min(retryAfterMaxMs, Math.max(waitMs, retryAfterMinMs) + random() * retryAfterSpreadMs),
    ),
    cause: causeOf(failure),
  });

  const tryOnce = async <T>(
    question: SendQuestion<T>,
    permit: Permit,
    leftMs: number,
  ): Promise<Outcome<T>> => {
    const { chatId, body, idempotencyKey, signal, read } = question;
    const beganMs = clock.nowMs();
    const timeoutMs = Math.min(options.tryTimeoutMs, leftMs);
    const reply = await options.caller.call({ body, idempotencyKey, timeoutMs, signal });
    const endedMs = clock.nowMs();
    // Told even if `read` throws: a breaker that never hears of its probe stays open.
    let end: CallEnd = 'given_up';
    try {
      const outcome = outcomeOf(reply, read);
      end = endOf(outcome);
      observer?.onCall(outcome.kind === 'failing' ? outcome.why : outcome.kind, endedMs - beganMs);
      return outcome;
    } finally {
      breaker.ended(chatId, permit, end, endedMs);
    }
  };

  /** How long a question waits for the breaker; undefined: an outage that is long, its sender knows at once. */
  const breakerPauseMs = ({ waitMs, outageMs }: Extract<Permit, { kind: 'wait' }>) =>
    outageMs >= options.timeoutMs
      ? undefined
      : Math.min(waitMs, breakerPollMs) + (random() * breakerPollMs) / 2;

  const decide = async <T>(question: SendQuestion<T>): Promise<SendDecision<T>> => {
    const { signal, timeoutMs = options.timeoutMs } = question;
    const deadlineMs = clock.nowMs() + timeoutMs;
    let failure: Failing | undefined;
    for (let tries = 0; ;) {
      const nowMs = clock.nowMs();
      if (signal?.aborted === true || nowMs + tryMinMs > deadlineMs) return gaveUp(failure, 0);
      const permit = breaker.ask(nowMs);
      let pauseMs: number | undefined;
      if (permit.kind === 'wait') {
        pauseMs = breakerPauseMs(permit);
        if (pauseMs === undefined) return gaveUp(failure, permit.waitMs);
      } else {
        if (tries > 0) observer?.onRetry();
        const outcome = await tryOnce(question, permit, deadlineMs - nowMs);
        if (outcome.kind !== 'failing') return outcome;
        failure = outcome;
        const pause = Math.max(pauseMinMs, backoffMs(tries, backoff, random));
        pauseMs = (failure.retryAfterMs ?? 0) + pause;
        tries += 1;
      }
      if (clock.nowMs() + pauseMs + tryMinMs > deadlineMs) return gaveUp(failure, pauseMs);
      await clock.wait(pauseMs, signal);
    }
  };

  return {
    async ask(question) {
      const decision = await decide(question);
      observer?.onDecision(decision.kind === 'gaveUp' ? decision.code : decision.kind);
      return decision;
    },
  };
};

/** The verdict, with what `read` makes of the backend's fields. */
const outcomeOf = <T>(reply: HookReply, read: SendQuestion<T>['read']): Outcome<T> => {
  const verdict = judgeSend(reply);
  if (verdict.kind !== 'accepted') return verdict;
  const value = read(verdict.fields);
  if (value !== undefined) return { kind: 'accepted', value };
  return {
    kind: 'failing',
    why: 'answer',
    ...(reply.kind === 'answered' ? { status: reply.status } : {}),
  };
};

const endOf = (outcome: Outcome<unknown>): CallEnd => {
  if (outcome.kind !== 'failing') return 'succeeded';
  return outcome.why === 'aborted' ? 'given_up' : 'failed';
};

const causeOf = (failure: Failing | undefined): string => {
  if (failure === undefined) return 'no call';
  const { why, status, error } = failure;
  if (why === 'answer') return `unusable answer with status ${status}`;
  return why === 'status' ? `status ${status}` : (error ?? why);
};
