/**
 * What the machine knows, what it is told and what it wants done. It does nothing itself: no clock,
 * no randomness, no socket. SPEC.md is the table of it.
 */
import type { Failure } from '../client-error.ts';
import type { TokenReason } from '../options.ts';
import type { Answer, Lane, Outbox, Request } from './outbox.ts';

export type Phase = 'waiting' | 'authorizing' | 'opening' | 'catchingUp' | 'live' | 'closed';

export interface State {
  readonly phase: Phase;
  /** Attempts to connect since a connection was last stable. */
  readonly attempt: number;
  /** Attempts in a row that ended before the socket was open, and nobody can say why. */
  readonly refusals: number;
  /** Why a token is needed before the next connect; undefined: the one at hand serves. */
  readonly needsToken: TokenReason | undefined;
  /** The provider was asked on a connection that goes on. */
  readonly isRenewing: boolean;
  /** False: the token is a plain string, and there is no other. */
  readonly canRenew: boolean;
  /** The server asked for a pause before the next connect, ms. */
  readonly pauseMs: number | undefined;
  /** The position was lost: the application loads from its backend. */
  readonly isLost: boolean;
  /** History was asked for: it comes before `caughtUp`. */
  readonly wantsHistory: boolean;
  /** Some of the history may have been given, and not all of it. */
  readonly isAmidHistory: boolean;
  readonly frameMaxBytes: number;
  readonly pingAfterMs: number;
  readonly pongTimeoutMs: number;
  readonly outbox: Outbox;
}

export type Input =
  | { readonly type: 'start' | 'heard' | 'caughtUp' | 'tokenExpiring' | 'tokenRefused' | 'wake' }
  | { readonly type: 'token' | 'tokenFailed' }
  | {
      readonly type: 'connected';
      readonly resumed: boolean | undefined;
      readonly frameMaxBytes: number;
      readonly pingAfterMs: number;
      readonly pongTimeoutMs: number;
    }
  | { readonly type: 'disconnecting'; readonly retryAfterMs: number | undefined }
  | { readonly type: 'socketClosed'; readonly code: number; readonly wasOpen: boolean }
  | { readonly type: 'timer'; readonly name: TimerName }
  | { readonly type: 'request'; readonly request: Request }
  | { readonly type: 'answer'; readonly answer: Answer }
  | { readonly type: 'abandon'; readonly id: string }
  | { readonly type: 'close' };

/** Timers of a connection end with it; `retry` and the lanes' outlive it. */
export type TimerName = 'retry' | 'connect' | 'silence' | 'pong' | 'stable' | 'answer' | Lane;

export type Effect =
  | { readonly type: 'askToken'; readonly reason: TokenReason }
  /** It was asked for too long ago: `tokenFailed` follows, and the next `askToken` is another question. */
  | { readonly type: 'leaveToken' }
  | { readonly type: 'open' }
  | { readonly type: 'send'; readonly text: string }
  | { readonly type: 'ping' | 'refreshToken' }
  /** Nothing more comes from the socket, and nothing is heard of it. */
  | { readonly type: 'leaveSocket'; readonly code: number }
  /** Due after `minMs` and a random part of `jitterMs`; a timer of this name is replaced. */
  | {
      readonly type: 'setTimer';
      readonly name: TimerName;
      readonly minMs: number;
      readonly jitterMs: number;
    }
  | { readonly type: 'clearTimer'; readonly name: TimerName }
  | { readonly type: 'forgetPosition' }
  /** Tells the application that a session has begun; with `reload`, that it has to load what it shows. */
  | { readonly type: 'welcome' | 'reload' }
  | { readonly type: 'settle'; readonly id: string; readonly value: unknown }
  | { readonly type: 'fail'; readonly id: string; readonly failure: Failure }
  | { readonly type: 'ended'; readonly code: number | undefined };

export type Step = readonly [State, readonly Effect[]];

export interface StateOptions {
  readonly canRenew: boolean;
  readonly wantsHistory: boolean;
  readonly queueMax: number;
}

/** Until `start` nothing has been asked for. The limits are the protocol's defaults until a server tells its own. */
export function initialState({ canRenew, wantsHistory, queueMax }: StateOptions): State {
  return {
    phase: 'authorizing',
    attempt: 0,
    refusals: 0,
    needsToken: 'connect',
    isRenewing: false,
    canRenew,
    pauseMs: undefined,
    isLost: false,
    wantsHistory,
    isAmidHistory: false,
    frameMaxBytes: 65_536,
    pingAfterMs: 30_000,
    pongTimeoutMs: 10_000,
    outbox: { requests: [], paused: [], queueMax },
  };
}
