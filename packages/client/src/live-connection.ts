import type { Connection } from './connection.ts';
import type { ConnectionState, Listener, ListenOptions } from './events.ts';
import type { Session } from './server-data.ts';

/** What both connections have. */
export interface LiveConnection<Events> {
  readonly state: ConnectionState;
  /** The newest `connected`; undefined before the first one. */
  readonly session: Session | undefined;
  /** Where it stands: `since` of a later connection. All events up to it were given to the listeners. */
  readonly position: string | undefined;
  /**
   * Calls back with every event of that name: each logged event once and in the room's order, over
   * all reconnects, or `reload` says that this cannot be had. Listen before you await anything.
   * @returns ends the listening
   */
  on<E extends keyof Events & string>(
    event: E,
    listener: Listener<Events, E>,
    options?: ListenOptions,
  ): () => void;
  /** For good: what waits is rejected with `closed`. */
  close(): void;
}

export function liveConnection<Events>(connection: Connection): LiveConnection<Events> {
  return {
    get state() {
      return connection.state;
    },
    get session() {
      return connection.session;
    },
    get position() {
      return connection.position;
    },
    on: (event, listener, options) => connection.listeners.add(event, listener, options),
    close: () => connection.close(),
  };
}
