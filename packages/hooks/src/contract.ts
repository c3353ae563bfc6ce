/**
 * What edge and ingress may ask of a customer's backend, and what they may rely on.
 *
 * - Every call is signed by every secret and carries the caller's `Idempotency-Key`.
 * - No function here throws or rejects because of what a backend does: each way to fail is a value.
 * - A call ends within its time, whatever the backend does: connecting, waiting for a free connection,
 *   headers and body together.
 * - A redirect is an answer like any other status; no proxy of the environment is used.
 */

/** One POST. */
export interface HookCall {
  /** JSON. Signed and sent as it is. */
  readonly body: string;
  /** Printable ASCII. The same for the same thing, however often it is sent. */
  readonly idempotencyKey: string;
  /** From now to the last byte of the answer. */
  readonly timeoutMs: number;
  /** Ends the call early, as `failed: aborted`; the backend may have acted on it all the same. */
  readonly signal?: AbortSignal | undefined;
}

/** What a backend's answer carries. */
export type HookContent =
  /** No body, or nothing but white space. */
  | { readonly kind: 'none' }
  /** Whatever its Content-Type says: many frameworks forget it. */
  | { readonly kind: 'json'; readonly value: unknown }
  /** Not JSON in UTF-8, or longer than `answerMaxBytes` (then the rest was not read). */
  | { readonly kind: 'unreadable' };

export interface HookAnswered {
  readonly kind: 'answered';
  /** 200..999. */
  readonly status: number;
  /** What `Retry-After` asks for, ≥ 0; absent: nothing that can be understood. */
  readonly retryAfterMs?: number;
  readonly content: HookContent;
}

export interface HookFailed {
  readonly kind: 'failed';
  /** `network`: no connection, a broken one, or an answer that is no HTTP. */
  readonly why: 'timeout' | 'network' | 'aborted';
  /** For a log: a code such as `ECONNREFUSED`; never a secret, never the URL. */
  readonly error: string;
}

export type HookReply = HookAnswered | HookFailed;

export interface HookCaller {
  /** Never rejects. */
  call(call: HookCall): Promise<HookReply>;
  /** Cuts every connection; calls under way fail as `aborted`. */
  close(): Promise<void>;
}

/** What a backend's reply means for the message that it was asked about. */
export type SendVerdict =
  /** `fields` replace those of the message; absent: it is added as it was sent. */
  | { readonly kind: 'accepted'; readonly fields?: Readonly<Record<string, unknown>> }
  /** The backend posts the message itself. */
  | { readonly kind: 'deferred' }
  | Refused
  /** To be asked again. */
  | {
      readonly kind: 'failing';
      /** `answer`: a status that accepts, with content that cannot be used. */
      readonly why: 'timeout' | 'status' | 'network' | 'answer' | 'aborted';
      readonly status?: number;
      readonly retryAfterMs?: number;
      /** Of a call without an answer; see HookFailed. */
      readonly error?: string;
    };

export interface Refused {
  readonly kind: 'refused';
  /** The backend's own code, 1..64 characters. */
  readonly reason?: string;
  /** The backend's words for the sender, at most 1 KiB. */
  readonly message?: string;
}

/** A message that the backend is asked about. `T` is what the edge makes of the backend's fields. */
export interface SendQuestion<T> {
  readonly chatId: string;
  readonly body: string;
  readonly idempotencyKey: string;
  /** All tries and pauses together; default: the hook's. */
  readonly timeoutMs?: number;
  /** What is added; undefined: these fields cannot be used, so the backend is failing. */
  readonly read: (fields: Readonly<Record<string, unknown>> | undefined) => T | undefined;
  /** The edge stops: gives up at once. */
  readonly signal?: AbortSignal | undefined;
}

export type SendDecision<T> =
  | { readonly kind: 'accepted'; readonly value: T }
  | { readonly kind: 'deferred' }
  | Refused
  /** Retryable: the backend may have accepted it all the same, and answers the same under the same key. */
  | {
      readonly kind: 'gaveUp';
      readonly code: 'backend_unavailable' | 'backend_timeout';
      /** After this the sender should send again. */
      readonly retryAfterMs: number;
      /** The last failure, for a log: `status 503`, `ECONNREFUSED`, `timeout`; `no call` while the breaker is open. */
      readonly cause: string;
    };

export interface SendHook {
  /** Decided within `timeoutMs`. Rejects only with what `read` throws. */
  ask<T>(question: SendQuestion<T>): Promise<SendDecision<T>>;
}

/** Of one try, or of one whole question. For metrics. */
export interface HookObserver {
  /** One call has ended. */
  onCall(result: CallResult, durationMs: number): void;
  /** A call is made again for the same message. */
  onRetry(): void;
  onDecision(
    kind: 'accepted' | 'deferred' | 'refused' | 'backend_unavailable' | 'backend_timeout',
  ): void;
}

export type CallResult =
  | Exclude<SendVerdict['kind'], 'failing'>
  | Extract<SendVerdict, { kind: 'failing' }>['why'];
