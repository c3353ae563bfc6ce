/**
 * Spares a backend that fails for most, and its senders the wait. A state machine without clock or I/O.
 *
 * It counts chats, not calls: each by how its last call in the window ended. So a chat whose messages the
 * backend cannot take, however many they are, opens nothing for the others.
 *
 * | state   | input                                                 | output | next                    |
 * |---------|-------------------------------------------------------|--------|-------------------------|
 * | closed  | ask                                                   | go     | closed                  |
 * | closed  | a call ended; few chats failing, or a small part      | -      | closed                  |
 * | closed  | a call failed; enough chats failing, and most of all  | -      | open, the first pause   |
 * | open    | ask, before the pause is over                         | wait   | open                    |
 * | open    | ask, after it                                         | probe  | probing                 |
 * | probing | ask                                                   | wait   | probing                 |
 * | probing | the probe succeeded                                   | -      | closed, all forgotten   |
 * | probing | the probe failed                                      | -      | open, the pause doubled |
 * | probing | the probe was given up                                | -      | open, the pause is over |
 * | open, probing | a call from before ended                        | -      | as it was               |
 */
export interface BreakerOptions {
  /** Fewest chats that fail before it opens. Default 5. */
  readonly failingChatsMin?: number;
  /** Part of the chats that must fail, 0..1. Default 0.8: tries that are repeated survive less. */
  readonly failingRatio?: number;
  /** How long a chat counts after its last call, at least; at most twice as long. Default 10 s. */
  readonly windowMs?: number;
  /** Pauses before a probe. Default 1 s, doubled up to 10 s; each is cut by up to half at random. */
  readonly pauseFirstMs?: number;
  readonly pauseMaxMs?: number;
  /** 0..1, as Math.random. */
  readonly random?: () => number;
}

export type BreakerState = 'closed' | 'open' | 'probing';

/** What a call may say of the backend when it has ended. */
export type CallEnd = 'succeeded' | 'failed' | 'given_up';

export type Permit =
  | { readonly kind: 'go' }
  /** As `go`, and all depends on it: its end must be told. */
  | { readonly kind: 'probe' }
  | {
      readonly kind: 'wait';
      /** Ask again after this. */
      readonly waitMs: number;
      /** Since it last was closed. */
      readonly outageMs: number;
    };

export interface Breaker {
  readonly state: BreakerState;
  ask(nowMs: number): Permit;
  ended(chatId: string, permit: Permit, end: CallEnd, nowMs: number): void;
}

/** Enough to know the ratio; more would only cost memory. */
const chatsMax = 2000;
/** How soon it is asked again while a probe is under way. */
const probingWaitMs = 250;

export const createBreaker = (options: BreakerOptions = {}): Breaker => {
  const { pauseFirstMs = 1000, pauseMaxMs = 10_000, random = Math.random } = options;
  const chats = createWindow(options);
  let state: BreakerState = 'closed';
  let outageSinceMs = 0;
  let pauses = 0;
  let untilMs = 0;

  const open = (nowMs: number) => {
    const pauseMs = Math.min(pauseMaxMs, pauseFirstMs * 2 ** pauses);
    state = 'open';
    pauses += 1;
    untilMs = nowMs + pauseMs * (1 - random() / 2);
  };
  const close = () => {
    state = 'closed';
    pauses = 0;
    chats.clear();
  };
  const wait = (waitMs: number, nowMs: number): Permit => ({
    kind: 'wait',
    waitMs,
    outageMs: nowMs - outageSinceMs,
  });
  const probeEnded = (end: CallEnd, nowMs: number) => {
    if (end === 'succeeded') return close();
    if (end === 'failed') return open(nowMs);
    state = 'open';
    untilMs = nowMs;
  };

  return {
    get state() {
      return state;
    },
    ask(nowMs) {
      if (state === 'closed') return go;
      if (state === 'probing') return wait(probingWaitMs, nowMs);
      if (nowMs < untilMs) return wait(untilMs - nowMs, nowMs);
      state = 'probing';
      return probe;
    },
    ended(chatId, permit, end, nowMs) {
      if (permit.kind === 'probe') return probeEnded(end, nowMs);
      if (state !== 'closed' || end === 'given_up') return;
      chats.note(chatId, end === 'failed', nowMs);
      if (end === 'succeeded' || !chats.mostFail()) return;
      outageSinceMs = nowMs;
      open(nowMs);
    },
  };
};

const go: Permit = { kind: 'go' };
const probe: Permit = { kind: 'probe' };

/** How the last call of each chat ended: those of this window and of the one before. */
const createWindow = (options: BreakerOptions) => {
  const { failingChatsMin = 5, failingRatio = 0.8, windowMs = 10_000 } = options;
  let current = createGeneration();
  let previous = createGeneration();
  let sinceMs = Number.NEGATIVE_INFINITY;

  const turn = (nowMs: number) => {
    const age = nowMs - sinceMs;
    if (age < windowMs) return;
    previous = age < 2 * windowMs ? current : createGeneration();
    current = createGeneration();
    sinceMs = nowMs;
  };

  return {
    clear() {
      current = createGeneration();
      previous = createGeneration();
    },
    note(chatId: string, failed: boolean, nowMs: number) {
      turn(nowMs);
      previous.forget(chatId);
      current.note(chatId, failed);
    },
    mostFail() {
      const failing = current.failing() + previous.failing();
      const all = current.size() + previous.size();
      return failing >= failingChatsMin && failing >= failingRatio * all;
    },
  };
};

const createGeneration = () => {
  const failedOf = new Map<string, boolean>();
  let failing = 0;
  const forget = (chatId: string) => {
    if (failedOf.get(chatId) === true) failing -= 1;
    failedOf.delete(chatId);
  };
  return {
    failing: () => failing,
    size: () => failedOf.size,
    forget,
    note(chatId: string, failed: boolean) {
      const known = failedOf.get(chatId);
      if (known === failed || (known === undefined && failedOf.size >= chatsMax)) return;
      failedOf.set(chatId, failed);
      failing += failed ? 1 : known === true ? -1 : 0;
    },
  };
};
