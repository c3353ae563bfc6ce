/** All dialects, by name: a plan of a client travels to another process. */
import type { Dialect, DialectName, Persona } from './dialect.ts';
import { plainDialect } from './plain.ts';
import { socketIoDialect } from './socket-io.ts';
import { switchboardDialect } from './switchboard.ts';

export const dialects: Readonly<Record<DialectName, (persona: Persona) => Dialect>> = {
  plain: plainDialect,
  switchboard: switchboardDialect,
  'socket.io': socketIoDialect,
};
