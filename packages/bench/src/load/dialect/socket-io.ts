/**
 * As much of Engine.IO 4 and Socket.IO 5 over a WebSocket as `socket.io-client` 4.8 speaks for a client
 * without acknowledgements: open, CONNECT, ping and pong, events. With connection state recovery it keeps the `pid` of its
 * session and the offset of the last event, and comes back with both.
 */
import { renderMessage } from '../message-body.ts';
import { textFrame, upgradeRequest } from '../upgrade.ts';
import { nothing, type Dialect, type Persona, type Reading } from './dialect.ts';

const open = '0'.charCodeAt(0);
const ping = '2'.charCodeAt(0);
const message = '4'.charCodeAt(0);
const connect = '0'.charCodeAt(0);
const event = '2'.charCodeAt(0);
const quote = '"'.charCodeAt(0);

const pong = textFrame('3');

export const socketIoDialect = ({ chatId, userId }: Persona): Dialect => {
  let pid: string | undefined;
  let offset: string | undefined;

  /** The client library leaves out what it does not know, as JSON does. */
  const connectFrame = () => textFrame(`40${JSON.stringify({ pid, offset, room: chatId })}`);

  /** Recovered is who is given the session that it asked for. */
  const welcomed = (packet: string): Reading => {
    const before = pid;
    pid = (JSON.parse(packet) as { pid?: string }).pid;
    if (pid === undefined || before === undefined) return { isIn: true };
    return { isIn: true, isResumed: pid === before };
  };

  return {
    request: (port) => upgradeRequest({ port, path: '/socket.io/?EIO=4&transport=websocket' }),
    upgraded: () => nothing,
    read: (bytes, start, end) => {
      const type = bytes[start];
      if (type === ping) return { answer: pong };
      if (type === open) return { answer: connectFrame() };
      if (type !== message) return nothing;
      if (bytes[start + 1] === connect) return welcomed(bytes.toString('latin1', start + 2, end));
      if (pid !== undefined && bytes[start + 1] === event)
        offset = lastString(bytes, end) ?? offset;
      return nothing;
    },
    say: (id, text) => textFrame(`42["message",${renderMessage({ id, chatId, userId, text })}]`),
  };
};

/** The last argument of `42[…,"<offset>"]`, when it is a string. */
const lastString = (bytes: Buffer, end: number): string | undefined => {
  const closing = end - 2;
  if (bytes[closing] !== quote) return undefined;
  return bytes.toString('latin1', bytes.lastIndexOf(quote, closing - 1) + 1, closing);
};
