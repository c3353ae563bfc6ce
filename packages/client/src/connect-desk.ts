import { Connection } from './connection.ts';
import type { DeskEvents } from './events.ts';
import { liveConnection, type LiveConnection } from './live-connection.ts';
import type { DeskOptions } from './options.ts';
import { createDeskPosition } from './stream/position.ts';

/** Every room at once, for an operator. To write in one, open it with `connectChat`. */
export type DeskConnection = LiveConnection<DeskEvents>;

/** More than comes twice, when a desk reads history again. */
const seenMax = 5_000;

/**
 * Opens an operator's desk and keeps it open until `close()`.
 * @throws TypeError when `url` is no URL, or where there is no WebSocket
 * @example
 * const desk = connectDesk({ url: 'wss://chat.example.com', token: fetchToken });
 * desk.on('messageAdded', ({ message, chat }) => notify(chat, message));
 */
export function connectDesk(options: DeskOptions): DeskConnection {
  const connection = new Connection(options, {
    path: '/broadcast',
    query: {},
    position: createDeskPosition(options.since),
    seenMax,
  });
  return liveConnection<DeskEvents>(connection);
}
