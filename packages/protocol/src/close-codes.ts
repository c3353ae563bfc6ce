/**
 * Why a socket was closed. 4000-4499: reconnect with `since`; 4500-4999: do not. 1001, 1006, 1012
 * and any code not named here: reconnect with backoff. A number is never reused.
 */
export interface CloseCode {
  readonly code: number;
  readonly reconnect: boolean;
  readonly meaning: string;
  readonly whatToDo: string;
}

export const closeCodes = {
  draining: {
    code: 4001,
    reconnect: true,
    meaning: 'The node goes down for a restart or a deployment',
    whatToDo: 'Reconnect with `since` after `retry_after_ms` of `disconnecting`.',
  },
  slow_consumer: {
    code: 4002,
    reconnect: true,
    meaning: 'The client read slower than events came',
    whatToDo: 'Reconnect with `since`; nothing is lost.',
  },
  position_lost: {
    code: 4003,
    reconnect: true,
    meaning: 'The log behind this socket was rolled back or trimmed away',
    whatToDo: 'Reconnect without `since`, load from your backend and merge by `message.id`.',
  },
  token_expired: {
    code: 4004,
    reconnect: true,
    meaning: 'The token has expired',
    whatToDo: 'Get a new token first, then reconnect with `since`.',
  },
  ping_timeout: {
    code: 4008,
    reconnect: true,
    meaning: 'The connection did not answer pings',
    whatToDo: 'Reconnect with `since`.',
  },
  rate_limited: {
    code: 4429,
    reconnect: true,
    meaning: 'The client sent far too much',
    whatToDo: 'Reconnect with `since` after a pause.',
  },
  token_revoked: {
    code: 4500,
    reconnect: false,
    meaning: 'The token was revoked',
    whatToDo: 'Sign in again.',
  },
  kicked: {
    code: 4501,
    reconnect: false,
    meaning: 'The session was ended through `/sessions/disconnect`',
    whatToDo: 'Tell the user; reconnect only when they ask for it.',
  },
  protocol_error: {
    code: 4502,
    reconnect: false,
    meaning: 'Ten bad frames in a row within 10 s',
    whatToDo: 'Correct the client.',
  },
  replaced: {
    code: 4503,
    reconnect: false,
    meaning: 'The user opened too many connections: the oldest one gave way',
    whatToDo: 'Leave the newer ones alone; reconnect when the user asks for it.',
  },
  not_allowed: {
    code: 4504,
    reconnect: false,
    meaning: 'The role or the token does not allow this socket or this room',
    whatToDo: 'Use a token for this room.',
  },
  token_invalid: {
    code: 4505,
    reconnect: false,
    meaning: 'The token is missing or cannot be verified',
    whatToDo: 'Get a valid token.',
  },
} as const satisfies Record<string, CloseCode>;

export type CloseCodeName = keyof typeof closeCodes;

const WAYS_OUT = new Set([1000, 1005]);

/** Whether a client reconnects after this close code: what the SDK and both apps go by. */
export function reconnectsAfter(code: number): boolean {
  return !WAYS_OUT.has(code) && (code < 4500 || code > 4999);
}
