/** What the client needs from where it runs. */
import { watchPage } from './page-signals.ts';

/** The part of WebSocket that the client uses: that of browsers, Node ≥ 22 and `ws`. */
export interface SocketLike {
  addEventListener(
    type: 'open' | 'message' | 'error' | 'close',
    listener: (event: { readonly data?: unknown; readonly code?: number }) => void,
  ): void;
  send(text: string): void;
  close(code?: number): void;
}

export interface Environment {
  readonly WebSocket: new (url: string, protocols: string[]) => SocketLike;
  readonly setTimeout: (callback: () => void, ms: number) => unknown;
  readonly clearTimeout: (timer: never) => void;
  /** Ms, by a clock that never steps back. */
  readonly now: () => number;
  /** From 0 to below 1. */
  readonly random: () => number;
  /** A string of at most 64 characters that nobody else has. */
  readonly newId: () => string;
  /**
   * Calls back when what was known of the connection may be wrong: the page is shown again, the
   * network has come back or has changed. Gives what ends it.
   */
  readonly watch: (wake: () => void) => () => void;
}

/** The platform's own, but for what is given. */
export function completeEnvironment(given: Partial<Environment> = {}): Environment {
  return {
    WebSocket: globalThis.WebSocket,
    setTimeout: (callback, ms) => globalThis.setTimeout(callback, ms),
    clearTimeout: (timer) => globalThis.clearTimeout(timer),
    now: () => performance.now(),
    random: Math.random,
    newId,
    watch: watchPage,
    ...given,
  };
}

/** 128 random bits; `crypto.randomUUID` is missing on pages without TLS. */
function newId(): string {
  const bytes = globalThis.crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
