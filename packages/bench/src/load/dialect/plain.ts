/** A bare WebSocket: its room stands in the query, it hears what is sent while it is open, and nothing else. */
import { upgradeRequest } from '../upgrade.ts';
import { nothing, type Dialect, type Persona } from './dialect.ts';

export const plainDialect = ({ chatId }: Persona): Dialect => ({
  request: (port) => upgradeRequest({ port, path: `/chat?chat_id=${chatId}` }),
  upgraded: () => ({ isIn: true }),
  read: () => nothing,
});
