/** What a connection is given. */
import type { Environment } from './environment.ts';

/**
 * Why a token is asked for: the first connect, one that has expired or was refused, one that is
 * about to expire while the connection goes on.
 */
export type TokenReason = 'connect' | 'expired' | 'expiring';

/**
 * Gives a token. When it throws, or a connect has waited 30 s for its answer, there is an `error`
 * event (`token_unavailable`) and it is asked again after a while (full jitter, up to 30 s). Until
 * then it is never asked twice at a time; an answer that comes late is taken, unless a later one came
 * before it.
 */
export type TokenProvider = (reason: TokenReason) => string | Promise<string>;

export interface ConnectOptions {
  /**
   * Where the cluster is, with its path prefix if it has one: `wss://chat.example.com`; `https` is
   * taken for `wss`. A function is asked before every connect.
   */
  readonly url: string | (() => string);
  /** A JWT, or who gives one. Without a provider the connection ends with its token. */
  readonly token: string | TokenProvider;
  /** Where to go on: `position` of an earlier connection, perhaps of an earlier page. */
  readonly since?: string;
  /** How many messages to begin with, where there is no `since` or it cannot be honoured: 0 to 200. */
  readonly history?: number;
  /** Name and version of the program, shown in `GET /online-users`: at most 64 characters. */
  readonly app?: string;
  /** Closes the connection when it is aborted. */
  readonly signal?: AbortSignal;
  /** How many messages, and how many receipts, may wait to be sent; default 500. */
  readonly queueMax?: number;
  /** Replaces parts of the platform: for tests, and where there is no global `WebSocket`. */
  readonly environment?: Partial<Environment>;
}

export interface ChatOptions extends ConnectOptions {
  readonly chatId: string;
  /** An operator reads along, and nobody is told. */
  readonly observe?: boolean;
}

export type DeskOptions = ConnectOptions;

/** How one waits for an answer. */
export interface SendOptions {
  /** Gives it up: what was not sent is not sent any more; what was sent may still be accepted. */
  readonly signal?: AbortSignal;
}
