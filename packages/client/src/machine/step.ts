/**
 * The machine: what one input does in each phase. Total: what a phase does not expect does nothing.
 * SPEC.md has the table, and `step.test.ts` holds the two against each other.
 */
import { answered, requested, resumeLane, withdrawn } from './requests.ts';
import type { Effect, Input, State, Step, TimerName } from './state.ts';
import { times } from './times.ts';
import {
  connect,
  end,
  endedFailure,
  fallBack,
  giveUp,
  goLive,
  greet,
  openSocket,
  socketClosed,
} from './transitions.ts';

export function step(state: State, input: Input): Step {
  return state.phase === 'closed' ? afterTheEnd(state, input) : whileOpen(state, input);
}

function afterTheEnd(state: State, input: Input): Step {
  if (input.type !== 'request') return [state, []];
  return [state, [{ type: 'fail', id: input.request.id, failure: endedFailure }]];
}

// One line for each input: this is the table.
function whileOpen(state: State, input: Input): Step {
  switch (input.type) {
    case 'start':
      return state.phase === 'authorizing' ? connect(state) : stay(state);
    case 'token':
      return tokenCame(state);
    case 'tokenFailed':
      return tokenFailed(state);
    case 'tokenExpiring':
      return renew(state);
    case 'tokenRefused':
      return stay({ ...state, needsToken: 'expired' });
    case 'connected':
      return connected(state, input);
    case 'caughtUp':
      return state.phase === 'catchingUp' ? goLive(state) : stay(state);
    case 'heard':
      return hasSession(state) ? [state, heard(state)] : stay(state);
    case 'disconnecting':
      return stay({ ...state, pauseMs: input.retryAfterMs });
    case 'socketClosed':
      return hasSocket(state) ? socketClosed(state, input) : stay(state);
    case 'timer':
      return timerFired(state, input.name);
    case 'wake':
      return wake(state);
    case 'request':
      return requested(state, input.request);
    case 'answer':
      return answered(state, input.answer);
    case 'abandon':
      return withdrawn(state, input.id);
    case 'close':
      return end(state, undefined);
  }
}

const stay = (state: State): Step => [state, []];

const hasSession = ({ phase }: State): boolean => phase === 'catchingUp' || phase === 'live';

const hasSocket = (state: State): boolean => state.phase === 'opening' || hasSession(state);

function tokenCame(state: State): Step {
  const next: State = { ...state, needsToken: undefined, isRenewing: false };
  if (state.phase === 'authorizing') return openSocket(next);
  // It came late, perhaps of a person, who need not wait for an attempt that is far away.
  if (state.phase === 'waiting') return wake(next);
  return state.isRenewing && hasSession(state) ? [next, [{ type: 'refreshToken' }]] : stay(next);
}

/** On a connection that goes on nothing is lost yet: it ends with its token, and then one is asked for. */
function tokenFailed(state: State): Step {
  const next: State = { ...state, isRenewing: false };
  return state.phase === 'authorizing' ? fallBack(next) : stay(next);
}

function renew(state: State): Step {
  if (!state.canRenew || !hasSession(state)) return stay(state);
  const next: State = { ...state, needsToken: 'expiring', isRenewing: true };
  return [next, [{ type: 'askToken', reason: 'expiring' }]];
}

/** On the desk it may come again: a log was lost, and the session starts afresh. */
function connected(state: State, input: Extract<Input, { type: 'connected' }>): Step {
  if (state.phase === 'opening') return greet(state, input);
  if (!hasSession(state)) return stay(state);
  return [state, [{ type: 'welcome' }, ...(input.resumed === false ? [reload] : [])]];
}

const reload: Effect = { type: 'reload' };

function heard({ pingAfterMs }: State): readonly Effect[] {
  return [
    { type: 'setTimer', name: 'silence', minMs: pingAfterMs, jitterMs: 0 },
    { type: 'clearTimer', name: 'pong' },
  ];
}

function timerFired(state: State, name: TimerName): Step {
  switch (name) {
    case 'retry':
      return state.phase === 'waiting' ? connect(state) : stay(state);
    case 'connect':
      return notConnected(state);
    case 'silence':
      return hasSession(state) ? ping(state, state.pongTimeoutMs) : stay(state);
    case 'pong':
    case 'answer':
      return hasSession(state) ? giveUp(state) : stay(state);
    case 'stable':
      return stay({ ...state, attempt: 0 });
    case 'messages':
    case 'receipts':
      return resumeLane(state, name);
  }
}

/** Nobody has answered in time: who gives the token, or the server. */
function notConnected(state: State): Step {
  if (state.phase === 'authorizing') return [state, [{ type: 'leaveToken' }]];
  return state.phase === 'opening' ? giveUp(state) : stay(state);
}

function ping(state: State, timeoutMs: number): Step {
  return [
    state,
    [{ type: 'ping' }, { type: 'setTimer', name: 'pong', minMs: timeoutMs, jitterMs: 0 }],
  ];
}

/** Something has changed: a wait may be over, and a connection may be dead. What the server asked for holds. */
function wake(state: State): Step {
  if (hasSession(state)) return ping(state, times.probeTimeoutMs);
  if (state.phase !== 'waiting' || state.pauseMs !== undefined) return stay(state);
  return [state, [{ type: 'setTimer', name: 'retry', minMs: 0, jitterMs: times.backoffBaseMs }]];
}
