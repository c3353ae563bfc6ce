/** The ways from one phase into another. */
import { isFinal, pingTimeout, positionLost, rateLimited, tokenExpired } from '../close-codes.ts';
import { takeBack } from './outbox.ts';
import { flush, refuseTooLarge } from './requests.ts';
import type { Effect, Input, State, Step, TimerName } from './state.ts';
import { backoffMs, times } from './times.ts';

/** Without a reason told: every so many refused attempts the token may be why. */
const refusalsPerToken = 3;

const connectionTimers: readonly TimerName[] = ['connect', 'silence', 'pong', 'stable', 'answer'];

const clear = (name: TimerName): Effect => ({ type: 'clearTimer', name });

const connectWithin = (minMs: number): Effect => ({
  type: 'setTimer',
  name: 'connect',
  minMs,
  jitterMs: 0,
});

/** On the way to a connection: with the token at hand, or with another one first. */
export function connect(state: State): Step {
  const next: State = { ...state, pauseMs: undefined };
  if (next.needsToken === undefined) return openSocket(next);
  return [
    { ...next, phase: 'authorizing' },
    [{ type: 'askToken', reason: next.needsToken }, connectWithin(times.tokenTimeoutMs)],
  ];
}

export function openSocket(state: State): Step {
  return [
    { ...state, phase: 'opening', needsToken: undefined },
    [{ type: 'open' }, connectWithin(times.connectTimeoutMs)],
  ];
}

type Connected = Extract<Input, { type: 'connected' }>;

/** `connected` has come: what was missed follows, or it is live at once. */
export function greet(state: State, connected: Connected): Step {
  const { resumed, frameMaxBytes, pingAfterMs, pongTimeoutMs } = connected;
  const isResumed = resumed === true;
  // History that was broken off begins anew, later: between the two there may be a hole.
  const mustReload = !isResumed && (state.isLost || resumed === false || state.isAmidHistory);
  const [next, refused] = refuseTooLarge({
    ...state,
    phase: 'catchingUp',
    refusals: 0,
    isLost: false,
    isAmidHistory: !isResumed && state.wantsHistory,
    frameMaxBytes,
    pingAfterMs,
    pongTimeoutMs,
  });
  const told: Effect[] = [
    clear('connect'),
    { type: 'setTimer', name: 'silence', minMs: pingAfterMs, jitterMs: 0 },
    { type: 'welcome' },
    ...(mustReload ? [{ type: 'reload' } as const] : []),
    ...refused,
  ];
  if (isResumed || state.wantsHistory) return [next, told];
  const [live, effects] = goLive(next);
  return [live, [...told, ...effects]];
}

export function goLive(state: State): Step {
  const [next, sends] = flush({ ...state, phase: 'live', isAmidHistory: false });
  const { stableAfterMs } = times;
  return [
    next,
    [{ type: 'setTimer', name: 'stable', minMs: stableAfterMs, jitterMs: 0 }, ...sends],
  ];
}

/** Back to waiting: what is on its way is sent again on the next connection. */
export function fallBack(state: State): Step {
  const { attempt, pauseMs = 0 } = state;
  return [
    { ...state, phase: 'waiting', attempt: attempt + 1, outbox: takeBack(state.outbox) },
    [
      ...connectionTimers.map(clear),
      { type: 'setTimer', name: 'retry', minMs: pauseMs, jitterMs: backoffMs(attempt) },
    ],
  ];
}

/** The socket does not answer: it is left, and whatever comes of it later is not heard. */
export function giveUp(state: State): Step {
  const [next, effects] = fallBack(state);
  return [next, [{ type: 'leaveSocket', code: pingTimeout }, ...effects]];
}

type Closed = Extract<Input, { type: 'socketClosed' }>;

export function socketClosed(state: State, { code, wasOpen }: Closed): Step {
  if (isFinal(code) || (code === tokenExpired && !state.canRenew)) return end(state, code);
  const [next, effects] = fallBack(wasOpen ? learn(state, code) : refused(state));
  return [next, code === positionLost ? [{ type: 'forgetPosition' }, ...effects] : effects];
}

function learn(state: State, code: number): State {
  if (code === positionLost) return { ...state, isLost: true };
  if (code === tokenExpired) return { ...state, needsToken: 'expired' };
  if (code !== rateLimited) return state;
  return { ...state, pauseMs: Math.max(state.pauseMs ?? 0, times.rateLimitedPauseMs) };
}

/** A refused upgrade tells a page nothing: no network, no edge, or a token that is not taken. */
function refused(state: State): State {
  const refusals = state.refusals + 1;
  const doubtsToken = state.canRenew && refusals % refusalsPerToken === 0;
  return { ...state, refusals, ...(doubtsToken && { needsToken: 'expired' as const }) };
}

/** For good. @param code why, where the server said so */
export function end(state: State, code: number | undefined): Step {
  const { outbox } = state;
  const failure = endedFailure;
  return [
    { ...state, phase: 'closed', outbox: { ...outbox, requests: [] } },
    [
      { type: 'leaveSocket', code: 1000 },
      ...[...connectionTimers, 'retry' as const, 'messages' as const, 'receipts' as const].map(
        clear,
      ),
      ...outbox.requests.map(({ id }): Effect => ({ type: 'fail', id, failure })),
      { type: 'ended', code },
    ],
  ];
}

/** Whoever connects again may send it again: with the same id it is not added twice. */
export const endedFailure = {
  code: 'closed',
  message: 'The connection has ended',
  retryable: true,
} as const;
