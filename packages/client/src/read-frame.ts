/** A frame of the server, read; and what of it answers a request. */
import type { Failure } from './client-error.ts';
import type { Answer } from './machine/outbox.ts';
import type { ServerData, ServerFrame, Session } from './server-data.ts';

/** Undefined: it is none. A newer server may send events that this client does not know. */
export function readFrame(text: string): ServerFrame | undefined {
  try {
    const frame = JSON.parse(text) as Partial<ServerFrame> | null;
    const isFrame = typeof frame?.event === 'string' && typeof frame.data === 'object';
    return isFrame && frame.data !== null ? (frame as ServerFrame) : undefined;
  } catch {
    return undefined;
  }
}

/** What the frame says of a request; undefined: nothing. */
export function answerOf(frame: ServerFrame, session: Session | undefined): Answer | undefined {
  const { event, data, request_id: requestId } = frame;
  if (requestId === undefined) {
    return event === 'messageAdded' ? ownMessage(data, session) : undefined;
  }
  if (event === 'messageNotAdded' || event === 'error') {
    return { requestId, failure: failureOf(data) };
  }
  return { requestId, value: data };
}

/** The answer itself was lost with a connection: the event comes all the same, and tells as much. */
function ownMessage(
  { message }: ServerData['messageAdded'],
  session: Session | undefined,
): Answer | undefined {
  const { client_message_id: clientMessageId, user } = message;
  const isOwn = user?.id === session?.user.id && user?.role === session?.user.role;
  return isOwn && clientMessageId != null ? { clientMessageId, value: { message } } : undefined;
}

export function failureOf(data: ServerData['messageNotAdded'] | ServerData['error']): Failure {
  const { code, message, field, retry_after_ms: retryAfterMs } = data;
  const said = 'retryable' in data ? data.retryable : isRetryable(code);
  const reason = 'reason' in data ? data.reason : undefined;
  return { code, message, retryable: said, retryAfterMs, field, reason };
}

/** `error` does not say it: as the protocol's catalogue has it. */
function isRetryable(code: string): boolean {
  return code === 'rate_limited' || code === 'internal' || code === 'unavailable';
}
