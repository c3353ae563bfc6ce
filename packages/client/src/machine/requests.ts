/** What happens to requests: taken, sent, answered, put off, given up. */
import type { Failure } from '../client-error.ts';
import {
  add,
  find,
  isFull,
  isWaiting,
  putOff,
  refusalsMax,
  remove,
  resume,
  take,
  type Answer,
  type Lane,
  type Request,
} from './outbox.ts';
import type { Effect, State, Step } from './state.ts';
import { backoffMs, times } from './times.ts';

const queueFull: Failure = {
  code: 'queue_full',
  message: 'Too much waits to be sent',
  retryable: true,
};

const tooLarge: Failure = {
  code: 'frame_too_large',
  message: 'The frame is too large',
  retryable: false,
};

/** Given up by the caller. */
export const abortedFailure: Failure = {
  code: 'aborted',
  message: 'It was given up before it was answered',
  retryable: true,
};

const fail = (id: string, failure: Failure): Effect => ({ type: 'fail', id, failure });

export function requested(state: State, request: Request): Step {
  if (request.bytes > state.frameMaxBytes) return [state, [fail(request.id, tooLarge)]];
  if (isFull(state.outbox, request.lane)) return [state, [fail(request.id, queueFull)]];
  return flush({ ...state, outbox: add(state.outbox, request) });
}

/** Sends what may be sent now. */
export function flush(state: State): Step {
  if (state.phase !== 'live') return [state, []];
  const [outbox, taken] = take(state.outbox);
  if (taken.length === 0) return [state, []];
  const sends = taken.map(({ text }): Effect => ({ type: 'send', text }));
  return [{ ...state, outbox }, [...sends, answerTimer]];
}

const answerTimer: Effect = {
  type: 'setTimer',
  name: 'answer',
  minMs: times.answerTimeoutMs,
  jitterMs: 0,
};

/** A limit that the server told is smaller than what was taken. One such frame would cut every connection. */
export function refuseTooLarge(state: State): Step {
  const { outbox, frameMaxBytes } = state;
  const large = outbox.requests.filter(({ bytes }) => bytes > frameMaxBytes);
  if (large.length === 0) return [state, []];
  const requests = outbox.requests.filter((request) => !large.includes(request));
  return [{ ...state, outbox: { ...outbox, requests } }, large.map(({ id }) => fail(id, tooLarge))];
}

export function answered(state: State, answer: Answer): Step {
  const entry = find(state.outbox, answer);
  if (entry === undefined) return [state, []];
  const { failure } = answer;
  if (failure?.retryable !== true || entry.refusals + 1 >= refusalsMax) {
    const effect: Effect =
      failure === undefined
        ? { type: 'settle', id: entry.id, value: answer.value }
        : fail(entry.id, failure);
    return followUp({ ...state, outbox: remove(state.outbox, entry.id) }, [effect]);
  }
  const pause: Effect = {
    type: 'setTimer',
    name: entry.lane,
    minMs: failure.retryAfterMs ?? 0,
    jitterMs: backoffMs(entry.refusals),
  };
  return followUp({ ...state, outbox: putOff(state.outbox, entry) }, [pause]);
}

export function withdrawn(state: State, id: string): Step {
  if (!state.outbox.requests.some((request) => request.id === id)) return [state, []];
  return followUp({ ...state, outbox: remove(state.outbox, id) }, [fail(id, abortedFailure)]);
}

/** The pause that the server asked for is over. */
export function resumeLane(state: State, lane: Lane): Step {
  return flush({ ...state, outbox: resume(state.outbox, lane) });
}

/** The next ones go, and nobody waits for an answer that is not due. */
function followUp(state: State, effects: readonly Effect[]): Step {
  const [next, sends] = flush(state);
  const isDone = sends.length === 0 && !isWaiting(next.outbox);
  return [next, [...effects, ...sends, ...(isDone ? [noAnswerDue] : [])]];
}

const noAnswerDue: Effect = { type: 'clearTimer', name: 'answer' };
