/**
 * What comes over the socket: answers go to the machine, events to the listeners, each logged event
 * once, and the position goes along.
 */
import { ClientError } from './client-error.ts';
import type { Listeners } from './listeners.ts';
import type { Input } from './machine/state.ts';
import { answerOf, failureOf, readFrame } from './read-frame.ts';
import type { ServerData, ServerEvent, ServerFrame, Session } from './server-data.ts';
import type { Position } from './stream/position.ts';
import type { Seen } from './stream/seen.ts';

export interface InboxOptions {
  readonly position: Position;
  readonly seen: Seen;
  readonly emit: Listeners['emit'];
  readonly dispatch: (input: Input) => void;
  /** `connected` is followed by history, where nothing is resumed. */
  readonly awaitsHistory: () => boolean;
}

export interface Inbox {
  /** The newest `connected`. */
  session(): Session | undefined;
  /** @param text one frame; whatever it is */
  take(text: string): void;
}

/** The id of the frame that carries a new token, and of what answers it. */
export const renewalId = 'token';

type Controls = { readonly [E in ServerEvent]?: (data: ServerData[E]) => void };

export function createInbox(options: InboxOptions): Inbox {
  const { position, emit, dispatch } = options;
  let session: Session | undefined;
  /** Frames that are about the connection and not about a chat. */
  const controls: Controls = {
    connected(data) {
      session = data;
      position.reset(data.position, data.resumed !== true && options.awaitsHistory());
      dispatch(connectedInput(data));
    },
    caughtUp(data) {
      position.settle();
      dispatch({ type: 'caughtUp' });
      emit('caughtUp', data);
    },
    checkpoint: (data) => position.reset(data.position),
    tokenExpiring: () => dispatch({ type: 'tokenExpiring' }),
    disconnecting: (data) => dispatch({ type: 'disconnecting', retryAfterMs: data.retry_after_ms }),
    pong: () => undefined,
    tokenRefreshed: () => undefined,
  };
  const takeFrame = (frame: ServerFrame) => {
    const { event } = frame;
    const control = Object.hasOwn(controls, event) ? controls[event] : undefined;
    if (control === undefined) deliver(frame, session, options);
    else (control as (data: unknown) => void)(frame.data);
  };
  return {
    session: () => session,
    take(text) {
      const frame = readFrame(text);
      dispatch({ type: 'heard' });
      if (frame !== undefined) takeFrame(frame);
    },
  };
}

function connectedInput({ resumed, limits, heartbeat }: Session): Input {
  return {
    type: 'connected',
    resumed,
    frameMaxBytes: limits.frame_max_bytes,
    pingAfterMs: heartbeat.ping_after_ms,
    pongTimeoutMs: heartbeat.pong_timeout_ms,
  };
}

function deliver(frame: ServerFrame, session: Session | undefined, options: InboxOptions): void {
  const { event_id: id, position, request_id: requestId } = frame;
  if (position !== undefined) options.position.take(position);
  const answer = answerOf(frame, session);
  if (answer !== undefined) options.dispatch({ type: 'answer', answer });
  if (frame.event === 'error') return takeError(frame, options);
  // What answers and has no place in the order is no event: the event itself came, or comes.
  if (requestId !== undefined && position === undefined) return;
  if (position !== undefined && id !== undefined && !options.seen.isNew(id)) return;
  options.emit(frame.event, frame.data, frame);
  options.emit('frame', frame);
}

function takeError(
  { data, request_id: requestId }: ServerFrame<'error'>,
  { dispatch, emit }: InboxOptions,
): void {
  if (requestId === renewalId) dispatch({ type: 'tokenRefused' });
  else if (requestId !== undefined) return;
  emit('error', new ClientError(failureOf(data)));
}
