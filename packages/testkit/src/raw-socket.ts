/**
 * A raw WebSocket client for tests: it knows the frame's shape and nothing else of the protocol, so that
 * what a test sees is what was on the wire.
 */
import type { IncomingMessage } from 'node:http';
import { WebSocket } from 'ws';
import { createInbox, type Inbox } from './inbox.ts';

export type { Frame } from './inbox.ts';

export interface OpenOptions {
  /** Base URL of an edge, e.g. `ws://127.0.0.1:7001`. */
  url: string;
  /** How the token travels is `tokenBy`; none is sent when it is missing. */
  token?: string;
  tokenBy?: 'subprotocol' | 'header' | 'query';
  /** Query parameters, e.g. `{ since, history: 20 }`. */
  query?: Readonly<Record<string, string | number>>;
  headers?: Readonly<Record<string, string>>;
}

export interface RawSocket extends Inbox {
  readonly ws: WebSocket;
  /** Sends `{ event, data, id }`. */
  sendFrame(event: string, data: object, id?: string): void;
  /** Sends bytes as they are: a string as a text frame, a Buffer as a binary one. */
  sendRaw(bytes: string | Buffer): void;
  /** Resolves with the close code (1005: none was sent, 1006: no close frame) and reason. */
  readonly closed: Promise<{ code: number; reason: string }>;
  /** Sends a close frame and resolves as `closed`. */
  close(code?: number): Promise<{ code: number; reason: string }>;
  /** Cuts the connection without a close frame. */
  terminate(): void;
}

/** The server answered the upgrade with an HTTP status. */
export class UpgradeRefused extends Error {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;

  constructor(response: IncomingMessage, body: string) {
    super(`upgrade refused with ${response.statusCode}: ${body}`);
    this.status = response.statusCode ?? 0;
    this.headers = response.headers;
    this.body = body;
  }
}

/** Opens `/chat`; rejects with `UpgradeRefused`. Resolves when it is open, before the first frame. */
export const openChat = (options: OpenOptions & { chatId?: string }): Promise<RawSocket> => {
  const { chatId, query, ...rest } = options;
  const chat = chatId === undefined ? {} : { chat_id: chatId };
  return openSocket('/chat', { ...rest, query: { ...chat, ...query } });
};

/** Opens `/broadcast`, as `openChat`. */
export const openDesk = (options: OpenOptions): Promise<RawSocket> =>
  openSocket('/broadcast', options);

/** Opens any path. */
export const openSocket = async (path: string, options: OpenOptions): Promise<RawSocket> => {
  const ws = connect(path, options);
  const socket = wrap(ws);
  await opened(ws);
  return socket;
};

const connect = (path: string, options: OpenOptions): WebSocket => {
  const { url, token, tokenBy = 'subprotocol', query = {}, headers = {} } = options;
  const address = new URL(url + path);
  for (const [name, value] of Object.entries(query)) address.searchParams.set(name, String(value));
  if (token === undefined) return new WebSocket(address, { headers });
  if (tokenBy === 'query') address.searchParams.set('token', token);
  if (tokenBy === 'header') {
    return new WebSocket(address, { headers: { ...headers, authorization: `Bearer ${token}` } });
  }
  return new WebSocket(address, tokenBy === 'subprotocol' ? ['bearer', token] : [], { headers });
};

const wrap = (ws: WebSocket): RawSocket => {
  const inbox = createInbox();
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    ws.on('close', (code, reason) => {
      inbox.end(`closed with ${code}`);
      resolve({ code, reason: reason.toString() });
    });
  });
  // `ws` gives a Buffer unless its `binaryType` is changed.
  ws.on('message', (data, isBinary) => inbox.put(isBinary ? data : (data as Buffer).toString()));
  return {
    ...inbox,
    ws,
    closed,
    sendFrame: (event, data, id) => ws.send(JSON.stringify({ event, data, ...(id && { id }) })),
    sendRaw: (bytes) => ws.send(bytes),
    close: (code = 1000) => {
      ws.close(code);
      return closed;
    },
    terminate: () => ws.terminate(),
  };
};

const opened = (ws: WebSocket): Promise<void> =>
  new Promise((resolve, reject) => {
    ws.once('open', resolve);
    ws.on('error', reject);
    ws.once('unexpected-response', (_request, response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        reject(new UpgradeRefused(response, Buffer.concat(chunks).toString()));
        ws.terminate();
      });
    });
  });
