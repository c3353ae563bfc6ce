/** What a promise of the client is rejected with, and what the `error` event carries. */
import type { FrameErrorCode, NotAddedCode } from './server-data.ts';

export type ClientErrorCode =
  | NotAddedCode
  | FrameErrorCode
  /** The connection has ended for good, by `close()` or by what the server said. */
  | 'closed'
  /** The caller's signal was aborted. */
  | 'aborted'
  /** More requests wait than `queueMax` allows. */
  | 'queue_full'
  /** The token provider failed, or did not answer for 30 s; the client asks it again. */
  | 'token_unavailable'
  /** The platform takes no such URL or token for a WebSocket; the client tries again. */
  | 'connect_failed';

/** Why something did not happen, without a stack. */
export interface Failure {
  readonly code: ClientErrorCode;
  readonly message: string;
  readonly retryable: boolean;
  readonly retryAfterMs?: number | undefined;
  readonly field?: string | undefined;
  readonly reason?: string | undefined;
}

export class ClientError extends Error {
  override readonly name = 'ClientError';
  readonly code: ClientErrorCode;
  /**
   * True: the same thing given again with the same `client_message_id` may succeed, and adds nothing
   * if it had been accepted after all. False: nothing was accepted, and nothing will be.
   */
  readonly retryable: boolean;
  /** How long to wait before that, ms. */
  readonly retryAfterMs: number | undefined;
  /** The field that is wrong, as a path: `attachments.0.url`. */
  readonly field: string | undefined;
  /** The backend's own code, where it refused. */
  readonly reason: string | undefined;
  /** Of the message that was not added. */
  readonly clientMessageId: string | undefined;

  constructor(failure: Failure, clientMessageId?: string, cause?: unknown) {
    super(failure.message, cause === undefined ? undefined : { cause });
    this.code = failure.code;
    this.retryable = failure.retryable;
    this.retryAfterMs = failure.retryAfterMs;
    this.field = failure.field;
    this.reason = failure.reason;
    this.clientMessageId = clientMessageId;
  }
}
