/**
 * What one client says to one system, and what it remembers from one connection to the next: all that
 * differs between systems for a client that comes back. Contract: a dialect belongs to one client; `request`
 * starts a new connection, whatever became of the one before; frames come in order.
 */

export interface Dialect {
  /** The upgrade request, with what the client remembers. */
  request(port: number): string;
  /** What is to be sent as soon as the upgrade is done, and whether the client is in with that. */
  upgraded(): Reading;
  /** Reads one text frame. */
  read(bytes: Buffer, start: number, end: number): Reading;
  /** The frame by which the client sends a message to its room; `id` comes back with it. */
  say(id: string, text: string): Buffer;
}

export interface Reading {
  /** To be sent now. */
  readonly answer?: Buffer;
  /** From now on the server sends this client everything; what it had missed, it has. */
  readonly isIn?: boolean;
  /** With `isIn`: whether the system said that nothing is missing; undefined: it says nothing of that. */
  readonly isResumed?: boolean;
}

export const nothing: Reading = {};

/** Who the client is. */
export interface Persona {
  chatId: string;
  userId: string;
  /** Where the system asks for one. */
  token?: string;
}

export type DialectName = 'plain' | 'switchboard' | 'socket.io';
