/** Opens one WebSocket of a roamer; its end is told by a callback, once. */
import { WebSocket } from 'ws';
import type { Role } from './audience.ts';

export interface Call {
  edge: string;
  /** Stands at the end of the request's path, so that a proxy can tell whose connection it carries. */
  name: string;
  role: Role;
  chatId: string | undefined;
  token: string;
  since: string | undefined;
}

export interface Frame {
  event: string;
  event_id?: string;
  position?: string;
  request_id?: string;
  duplicate?: boolean;
  // Payloads of every event; what is read of them is checked where it matters.
  // oxlint-disable-next-line typescript/no-explicit-any
  data: any;
}

interface Callbacks {
  frame: (frame: Frame) => void;
  /** Why it could not be opened, or broke. */
  error: (reason: string) => unknown;
  closed: (code: number) => void;
}

export interface Line {
  send(text: string): void;
  /** Ends it without a close frame. */
  cut(): void;
  /** How long nothing has come over it, not even a ping, in ms. */
  silentMs(): number;
}

const handshakeTimeoutMs = 10_000;

export const dial = (call: Call, callbacks: Callbacks): Line => {
  let heardAtMs = performance.now();
  const heard = () => (heardAtMs = performance.now());
  const socket = new WebSocket(address(call), ['bearer', call.token], {
    perMessageDeflate: false,
    skipUTF8Validation: true,
    handshakeTimeout: handshakeTimeoutMs,
  });
  socket.on('message', (bytes) => {
    heard();
    callbacks.frame(JSON.parse((bytes as Buffer).toString()) as Frame);
  });
  socket.on('ping', heard);
  socket.on('error', (error) => callbacks.error(error.message.replace(/ ?127\S+/u, '')));
  socket.on('close', callbacks.closed);
  return {
    send: (text) => socket.send(text),
    cut: () => socket.terminate(),
    silentMs: () => performance.now() - heardAtMs,
  };
};

const address = ({ edge, name, role, chatId, since }: Call): URL => {
  const url = new URL(edge + (role === 'desk' ? '/broadcast' : '/chat'));
  if (chatId !== undefined) url.searchParams.set('chat_id', chatId);
  if (since !== undefined) url.searchParams.set('since', since);
  url.searchParams.set('app', name);
  return url;
};
