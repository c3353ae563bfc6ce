/** What a command handler gives back. It writes to no socket itself. */
import {
  encodeAnswer,
  errors,
  type FrameErrorCode,
  type NotAddedCode,
} from '@switchboard/protocol';

export type Answer =
  /** No answer. */
  | undefined
  /** These frames, to this socket alone. */
  | { readonly frames: readonly string[] }
  /** The event itself is the answer, when it comes past the follower. */
  | { readonly passed: Promise<void> };

/** What surrounds an answer: when, and which frame it answers. */
export interface AnswerContext {
  readonly ts: string;
  readonly requestId: string | undefined;
}

export interface ErrorDetails {
  readonly message?: string;
  readonly field?: string;
  readonly retryAfterMs?: number;
}

export interface NotAddedDetails extends ErrorDetails {
  /** The backend's own code. */
  readonly reason?: string;
}

export function only(frame: string): Answer {
  return { frames: [frame] };
}

export function errorFrame(
  code: FrameErrorCode,
  context: AnswerContext,
  { message = errors[code].title, field, retryAfterMs }: ErrorDetails = {},
): string {
  const data = {
    code,
    message,
    ...(field !== undefined && { field }),
    ...(retryAfterMs !== undefined && { retry_after_ms: retryAfterMs }),
  };
  return encodeAnswer('error', data, context);
}

export interface RefusedMessage {
  readonly chatId: string;
  readonly clientMessageId: string | undefined;
}

export function notAddedFrame(
  code: NotAddedCode,
  { chatId, clientMessageId }: RefusedMessage,
  { context, ...details }: NotAddedDetails & { readonly context: AnswerContext },
): string {
  const { message = errors[code].title, field, retryAfterMs, reason } = details;
  const data = {
    client_message_id: clientMessageId ?? null,
    chat_id: chatId,
    code,
    message,
    retryable: errors[code].retryable,
    ...(retryAfterMs !== undefined && { retry_after_ms: retryAfterMs }),
    ...(field !== undefined && { field }),
    ...(reason !== undefined && { reason }),
  };
  return encodeAnswer('messageNotAdded', data, { ...context, chatId });
}
