/** What one can listen to. */
import type { ClientError } from './client-error.ts';
import type { ServerData, ServerEvent, ServerFrame } from './server-data.ts';

/**
 * Where a connection stands.
 * `connecting`: a token or a socket is waited for. `catchingUp`: what was missed is coming.
 * `live`: everything comes as it happens. `waiting`: it comes back after a while.
 * `closed`: for good.
 */
export type ConnectionState = 'connecting' | 'catchingUp' | 'live' | 'waiting' | 'closed';

/** Why a connection has ended for good. */
export interface Ending {
  /** The close code, e.g. 4501; absent when it was closed from here. */
  readonly code?: number;
  /** `closed` (from here), or the name of the close code: `kicked`, `token_revoked` … */
  readonly reason: string;
}

export interface StateChange {
  readonly state: ConnectionState;
  readonly previous: ConnectionState;
  /** With `closed`. */
  readonly ending?: Ending;
}

/** Events of the connection itself, on both sockets. */
interface ConnectionEvents {
  /** A session has begun: who is present, limits. After every reconnect, before what was missed. */
  connected: ServerData['connected'];
  /** All that was missed has come; what follows is live. */
  caughtUp: ServerData['caughtUp'];
  /**
   * What was missed cannot be had any more: load from your backend and merge by `message.id`. It
   * comes after `connected` and before every event of the new session.
   */
  reload: { readonly position: string };
  state: StateChange;
  /** Every event that a listener of its own name gets, and those that this client does not know yet. */
  frame: ServerFrame;
  /** What went wrong without a call that it belongs to; the client goes on by itself. */
  error: ClientError;
}

/** Events of `/chat`. */
export interface ChatEvents
  extends
    ConnectionEvents,
    Pick<
      ServerData,
      | 'messageAdded'
      | 'messageUpdated'
      | 'typingUpdated'
      | 'userConnected'
      | 'userDisconnected'
      | 'chatUpdated'
    > {}

/** Events of `/broadcast`. */
export interface DeskEvents
  extends
    ConnectionEvents,
    Pick<
      ServerData,
      | 'messageAdded'
      | 'messageUpdated'
      | 'typingUpdated'
      | 'chatUpdated'
      | 'operatorUpdated'
      | 'globalUpdated'
      | 'chatNotification'
      | 'operatorConnected'
      | 'operatorDisconnected'
    > {}

/**
 * Called with the payload and, for events of chats and desks, the frame around it (`event_id`, `ts`,
 * `chat_id`, `position`).
 */
export type Listener<Events, E extends keyof Events> = (
  data: Events[E],
  frame: E extends Exclude<ServerEvent, keyof ConnectionEvents> ? ServerFrame<E> : undefined,
) => void;

export interface ListenOptions {
  /** Called once. */
  readonly once?: boolean;
  /** Ends the listening. */
  readonly signal?: AbortSignal;
}
