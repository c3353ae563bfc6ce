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
  // A message that is never answered must not be hidden by receipts that come and go meanwhile.
  const isTimed = isWaiting(state.outbox, 'messages');
  return [{ ...state, outbox }, isTimed ? sends : [...sends, answerTimer]];
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
    return followUp({ ...state, outbox: remove(state.outbox, entry.id) }, entry.lane, [effect]);
  }
  const pause: Effect = {
    type: 'setTimer',
    name: entry.lane,
    minMs: failure.retryAfterMs ?? 0,
    jitterMs: backoffMs(entry.refusals),
  };
  return followUp({ ...state, outbox: putOff(state.outbox, entry) }, entry.lane, [pause]);
}

export function withdrawn(state: State, id: string): Step {
  const entry = find(state.outbox, { requestId: id });
  if (entry === undefined) return [state, []];
  const next = { ...state, outbox: remove(state.outbox, id) };
  return followUp(next, entry.lane, [fail(id, abortedFailure)]);
}

/** The pause that the server asked for is over. */
export function resumeLane(state: State, lane: Lane): Step {
  return flush({ ...state, outbox: resume(state.outbox, lane) });
}

/**
 * The next ones go, and nobody waits for an answer that is not due.
 * @param lane of what is not waited for any more
 */
function followUp(state: State, lane: Lane, effects: readonly Effect[]): Step {
  const [next, sends] = flush(state);
  return [next, [...effects, ...sends, ...(sends.length === 0 ? timerAfter(next, lane) : [])]];
}

function timerAfter({ outbox }: State, lane: Lane): readonly Effect[] {
  if (!isWaiting(outbox)) return [{ type: 'clearTimer', name: 'answer' }];
  // It was the message's: receipts that were sent after it have their own time.
  return lane === 'messages' && !isWaiting(outbox, lane) ? [answerTimer] : [];
}
