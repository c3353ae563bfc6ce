/** A bare WebSocket: its room stands in the query, it hears what is sent while it is open. */
import { renderMessage } from '../message-body.ts';
import { textFrame, upgradeRequest } from '../upgrade.ts';
import { nothing, type Dialect, type Persona } from './dialect.ts';

export const plainDialect = ({ chatId, userId }: Persona): Dialect => ({
  request: (port) => upgradeRequest({ port, path: `/chat?chat_id=${chatId}` }),
  upgraded: () => ({ isIn: true }),
  read: () => nothing,
  say: (id, text) => textFrame(renderMessage({ id, chatId, userId, text })),
});
