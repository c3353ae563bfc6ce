/**
 * Every error code, once: what it means, where it is told and what to do about it. The tables of
 * PROTOCOL.md are generated from it. A code is never given another meaning.
 */
export interface ErrorEntry {
  /** What happened, one sentence without a full stop: `message` and the problem's `title`. */
  readonly title: string;
  /** Where it is told: an `error` frame, a `messageNotAdded`, an HTTP problem. */
  readonly in: readonly ('error' | 'messageNotAdded' | 'problem')[];
  /** Status of the HTTP answer; present with `problem`. */
  readonly status?: number;
  /** True: the same thing sent again, later and with the same id, may succeed. */
  readonly retryable: boolean;
  readonly whatToDo: string;
}

export const errors = {
  malformed: {
    title: 'Not one JSON object as the protocol has it',
    in: ['error', 'problem'],
    status: 400,
    retryable: false,
    whatToDo: 'Send one JSON object, as text in UTF-8.',
  },
  unknown_event: {
    title: 'No such event',
    in: ['error'],
    retryable: false,
    whatToDo: 'Use an event name of the protocol; names are case-sensitive.',
  },
  validation_failed: {
    title: 'A field is missing or wrong',
    in: ['error', 'messageNotAdded', 'problem'],
    status: 422,
    retryable: false,
    whatToDo: 'Correct the named field.',
  },
  frame_too_large: {
    title: 'The frame is too large',
    in: ['error'],
    retryable: false,
    whatToDo:
      'Keep frames under `limits.frame_max_bytes` of `connected`; above twice of it the connection is cut.',
  },
  message_too_long: {
    title: 'The text is too long',
    in: ['messageNotAdded'],
    retryable: false,
    whatToDo: 'Shorten the text to `limits.text_max_bytes` of `connected`, counted in UTF-8.',
  },
  type_not_allowed: {
    title: 'This sender may not send a message of this type',
    in: ['messageNotAdded'],
    retryable: false,
    whatToDo:
      'Clients send `standard`, operators `standard` or `note`; other types come over HTTP.',
  },
  forbidden: {
    title: 'Not allowed here',
    in: ['error', 'messageNotAdded', 'problem'],
    status: 403,
    retryable: false,
    whatToDo: 'Use the other socket, or a token that allows it.',
  },
  message_unknown: {
    title: 'No such message in this chat',
    in: ['error'],
    retryable: false,
    whatToDo: 'Send receipts for messages of this room only.',
  },
  chat_closed: {
    title: 'The chat is closed',
    in: ['messageNotAdded'],
    retryable: false,
    whatToDo: 'Let the visitor open a new chat.',
  },
  too_many_pending: {
    title: 'Too many messages of this chat are waiting to be accepted',
    in: ['messageNotAdded'],
    retryable: true,
    whatToDo: 'Wait `retry_after_ms` and send again with the same `client_message_id`.',
  },
  backend_rejected: {
    title: 'The chat backend refused the message',
    in: ['messageNotAdded'],
    retryable: false,
    whatToDo: "Show `message`; `reason` is the backend's own code.",
  },
  backend_unavailable: {
    title: 'The chat backend cannot be reached',
    in: ['messageNotAdded'],
    retryable: true,
    whatToDo: 'Send again with the same `client_message_id`: it may still arrive.',
  },
  backend_timeout: {
    title: 'The chat backend did not answer in time',
    in: ['messageNotAdded'],
    retryable: true,
    whatToDo: 'Send again with the same `client_message_id`: it may still arrive.',
  },
  token_invalid: {
    title: 'The token is missing, wrong or expired',
    in: ['error', 'problem'],
    status: 401,
    retryable: false,
    whatToDo: 'Get a new token; `refreshToken` wants the same `sub`, `role` and `chat_id`.',
  },
  not_found: {
    title: 'There is nothing here',
    in: ['problem'],
    status: 404,
    retryable: false,
    whatToDo: 'Check path and base path.',
  },
  method_not_allowed: {
    title: 'This path does not take this method',
    in: ['problem'],
    status: 405,
    retryable: false,
    whatToDo: 'Use a method of the `Allow` header.',
  },
  idempotency_key_in_use: {
    title: 'The first call with this Idempotency-Key is still running',
    in: ['problem'],
    status: 409,
    retryable: true,
    whatToDo: 'Wait `Retry-After` and call again with the same key.',
  },
  body_too_large: {
    title: 'The body is too large',
    in: ['problem'],
    status: 413,
    retryable: false,
    whatToDo: 'Send less, or several calls.',
  },
  unsupported_media_type: {
    title: 'This content type is not taken',
    in: ['problem'],
    status: 415,
    retryable: false,
    whatToDo: 'Send `Content-Type: application/json`.',
  },
  type_required: {
    title: 'The type of this message is not known any more',
    in: ['problem'],
    status: 422,
    retryable: false,
    whatToDo: 'Send `type` (and `type_role` of a system message) with the update.',
  },
  type_immutable: {
    title: 'An update may not change the type of a message',
    in: ['problem'],
    status: 422,
    retryable: false,
    whatToDo: 'Leave `type` and `type_role` out, or send them as they were.',
  },
  idempotency_key_reused: {
    title: 'This Idempotency-Key was used with another body',
    in: ['problem'],
    status: 422,
    retryable: false,
    whatToDo: 'Use a new key for a new call.',
  },
  upgrade_required: {
    title: 'This path takes WebSocket upgrades only',
    in: ['problem'],
    status: 426,
    retryable: false,
    whatToDo: 'Connect with a WebSocket client.',
  },
  rate_limited: {
    title: 'Too much at once',
    in: ['error', 'messageNotAdded', 'problem'],
    status: 429,
    retryable: true,
    whatToDo: 'Wait `retry_after_ms` (HTTP: `Retry-After`) and send again.',
  },
  internal: {
    title: 'Something is broken on our side',
    in: ['error', 'messageNotAdded', 'problem'],
    status: 500,
    retryable: true,
    whatToDo: 'Send again with the same id or key; report it when it stays.',
  },
  unavailable: {
    title: 'The cluster cannot take it now',
    in: ['error', 'messageNotAdded', 'problem'],
    status: 503,
    retryable: true,
    whatToDo: 'Send again with the same id or key: it may still have been accepted.',
  },
} as const satisfies Record<string, ErrorEntry>;

type Errors = typeof errors;
type CodesIn<Place> = {
  [Code in keyof Errors]: Place extends Errors[Code]['in'][number] ? Code : never;
}[keyof Errors];

export type ErrorCode = keyof Errors;
export type FrameErrorCode = CodesIn<'error'>;
export type NotAddedCode = CodesIn<'messageNotAdded'>;
export type ProblemCode = CodesIn<'problem'>;

export const frameErrorCodes = codesIn('error') as FrameErrorCode[];
export const notAddedCodes = codesIn('messageNotAdded') as NotAddedCode[];
export const problemCodes = codesIn('problem') as ProblemCode[];

function codesIn(place: ErrorEntry['in'][number]): string[] {
  return Object.entries<ErrorEntry>(errors).flatMap(([code, entry]) =>
    entry.in.includes(place) ? [code] : [],
  );
}
