/**
 * What the heartbeats tell, without timers or I/O.
 *
 * | input    | changes                                                    |
 * |----------|------------------------------------------------------------|
 * | sent     | when the beat left                                         |
 * | answered | last write; the clock's offset                             |
 * | failed   | why the last write failed, until one succeeds              |
 * | copied   | last copy; the round trip; a beat that was not sent: nothing |
 *
 * Ready while the last write and the last copy are both younger than 3 s.
 */
import type { BusHealth } from '../contract.ts';

export const FRESH_MS = 3_000;

export interface HeartbeatState {
  /** When the latest beats were sent, by their sequence. */
  readonly sentMs: ReadonlyMap<number, number>;
  readonly writtenMs: number | undefined;
  readonly copiedMs: number | undefined;
  readonly failure: string | undefined;
  readonly clockOffsetMs: number | undefined;
  readonly roundTripMs: number;
}

/** `atMs` comes from a clock that never steps. */
export type HeartbeatInput =
  | { readonly kind: 'sent'; readonly sequence: number; readonly atMs: number }
  | {
      readonly kind: 'answered';
      readonly sequence: number;
      readonly atMs: number;
      readonly localMs: number;
      readonly redisMs: number;
    }
  | { readonly kind: 'failed'; readonly reason: string }
  | { readonly kind: 'copied'; readonly sequence: number; readonly atMs: number };

export const initialHeartbeat: HeartbeatState = {
  sentMs: new Map(),
  writtenMs: undefined,
  copiedMs: undefined,
  failure: undefined,
  clockOffsetMs: undefined,
  roundTripMs: -1,
};

const REMEMBERED_BEATS = 16;
const SMOOTHING = 0.2;
/** A reply that took longer than this tells less of the clock, and moves it less. */
const TRUSTED_ROUND_TRIP_MS = 20;

export function advance(state: HeartbeatState, input: HeartbeatInput): HeartbeatState {
  switch (input.kind) {
    case 'sent':
      return { ...state, sentMs: remember(state.sentMs, input.sequence, input.atMs) };
    case 'answered':
      return {
        ...state,
        writtenMs: input.atMs,
        failure: undefined,
        clockOffsetMs: offsetAfter(state, input),
      };
    case 'failed':
      return { ...state, failure: input.reason };
    case 'copied':
      return copied(state, input);
  }
}

export function judge(state: HeartbeatState, atMs: number): BusHealth {
  const reasons: string[] = [];
  if (!isFresh(state.writtenMs, atMs))
    reasons.push(`no write to Redis for ${FRESH_MS} ms${because(state.failure)}`);
  if (isSilent(state, atMs)) reasons.push(`no copy of a heartbeat for ${FRESH_MS} ms`);
  return {
    ready: reasons.length === 0,
    reasons,
    clockOffsetMs: clockOffsetOf(state),
    heartbeatMs: state.roundTripMs,
  };
}

/** Redis' clock minus ours, ms; 0 until Redis has answered. */
export function clockOffsetOf(state: HeartbeatState): number {
  return Math.round(state.clockOffsetMs ?? 0);
}

/** True while following brings nothing: the subscription may be dead. */
export function isSilent(state: HeartbeatState, atMs: number): boolean {
  return !isFresh(state.copiedMs, atMs);
}

/** True while nothing is written: the connection may be dead. */
export function isUnanswered(state: HeartbeatState, atMs: number): boolean {
  return !isFresh(state.writtenMs, atMs);
}

function isFresh(lastMs: number | undefined, atMs: number): boolean {
  return lastMs !== undefined && atMs - lastMs <= FRESH_MS;
}

function because(failure: string | undefined): string {
  return failure === undefined ? '' : `: ${failure}`;
}

function copied(
  state: HeartbeatState,
  { sequence, atMs }: { sequence: number; atMs: number },
): HeartbeatState {
  const sentMs = state.sentMs.get(sequence);
  if (sentMs === undefined) return state;
  return { ...state, copiedMs: atMs, roundTripMs: atMs - sentMs };
}

function remember(
  sentMs: ReadonlyMap<number, number>,
  sequence: number,
  atMs: number,
): Map<number, number> {
  return new Map([...sentMs, [sequence, atMs] as const].slice(-REMEMBERED_BEATS));
}

/**
 * Redis read its clock about half a round trip ago. What the round trip can explain is smoothed;
 * what it cannot is a clock that was set, and holds at once.
 */
function offsetAfter(
  state: HeartbeatState,
  input: Extract<HeartbeatInput, { kind: 'answered' }>,
): number {
  const roundTripMs = input.atMs - (state.sentMs.get(input.sequence) ?? input.atMs);
  const sampleMs = input.redisMs + roundTripMs / 2 - input.localMs;
  const knownMs = state.clockOffsetMs;
  if (
    knownMs === undefined ||
    Math.abs(sampleMs - knownMs) > roundTripMs / 2 + TRUSTED_ROUND_TRIP_MS
  )
    return sampleMs;
  const gain = SMOOTHING * Math.min(1, TRUSTED_ROUND_TRIP_MS / Math.max(roundTripMs, 1));
  return knownMs + (sampleMs - knownMs) * gain;
}
