/** A clock that only a test moves, and a backend that answers from a list. */
import type { Clock } from '../clock.ts';
import type { HookCall, HookCaller, HookReply } from '../contract.ts';

export interface PlayedClock extends Clock {
  readonly waits: number[];
  pass(ms: number): void;
}

/** Waiting takes no time but its own. */
export const playedClock = (): PlayedClock => {
  let nowMs = 1000;
  const waits: number[] = [];
  return {
    waits,
    nowMs: () => nowMs,
    pass: (ms) => void (nowMs += ms),
    async wait(ms, signal) {
      if (signal?.aborted === true) return;
      waits.push(ms);
      nowMs += ms;
    },
  };
};

/** A reply, or what the caller answers at the end of the call's time. */
export type Script = HookReply | 'timeout';

export interface PlayedBackend extends HookCaller {
  readonly calls: HookCall[];
}

/** Each answer takes `tookMs` of the clock; the last one of the list is repeated. */
export const playedBackend = (
  script: readonly Script[],
  clock: PlayedClock,
  tookMs = 10,
): PlayedBackend => {
  const calls: HookCall[] = [];
  return {
    calls,
    async call(call) {
      const reply = script[Math.min(calls.length, script.length - 1)]!;
      calls.push(call);
      if (call.signal?.aborted === true)
        return { kind: 'failed', why: 'aborted', error: 'aborted' };
      clock.pass(reply === 'timeout' ? call.timeoutMs : Math.min(tookMs, call.timeoutMs));
      return reply === 'timeout' ? { kind: 'failed', why: 'timeout', error: 'timeout' } : reply;
    },
    async close() {},
  };
};

export const statusReply = (status: number, value?: unknown, retryAfterMs?: number): HookReply => ({
  kind: 'answered',
  status,
  content: value === undefined ? { kind: 'none' } : { kind: 'json', value },
  ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
});

export const refusedConnection: HookReply = {
  kind: 'failed',
  why: 'network',
  error: 'ECONNREFUSED',
};
