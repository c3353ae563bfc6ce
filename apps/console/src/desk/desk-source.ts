/**
 * Where a desk's events come from: one connection, and another one where the first has lost its place.
 * A connection gives no event twice, so only another one gives the newest ones again for a fresh list.
 */
import type { ConnectionState, DeskConnection, DeskEvents, Listener } from '@switchboard/client';

export interface DeskSource {
  readonly state: ConnectionState;
  /** Listens to this connection, and to those after it. */
  on<E extends keyof DeskEvents>(event: E, listener: Listener<DeskEvents, E>): void;
  /** Leaves the connection for another one, which begins with the newest events. */
  beginAnew(): void;
  close(): void;
}

export function createDeskSource(connect: () => DeskConnection): DeskSource {
  const listenings: ((connection: DeskConnection, signal: AbortSignal) => void)[] = [];
  let connection = connect();
  let leaving = new AbortController();
  return {
    get state() {
      return connection.state;
    },
    on(event, listener) {
      const listen: (typeof listenings)[number] = (connection, signal) =>
        void connection.on(event, listener, { signal });
      listenings.push(listen);
      listen(connection, leaving.signal);
    },
    beginAnew() {
      // Nobody is told that it is closed: it goes on.
      leaving.abort();
      connection.close();
      leaving = new AbortController();
      connection = connect();
      for (const listen of listenings) listen(connection, leaving.signal);
    },
    close: () => connection.close(),
  };
}
