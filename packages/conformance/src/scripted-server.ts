/** A server that says what a case wants it to say, and writes down what it hears. */
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocketServer, type WebSocket } from 'ws';
import { Mail } from './mail.ts';

export interface ClientFrame {
  readonly event: string;
  readonly id?: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly atMs: number;
}

/** Where a desk begins. */
const start = '0:0,1:0,2:0';

/** One connection of the client. */
export class Visit {
  readonly url: URL;
  /** As the client offered them: `bearer` and the token. */
  readonly protocols: readonly string[];
  readonly atMs = performance.now();
  readonly frames = new Mail<ClientFrame>('a frame of the client');
  readonly gone: Promise<unknown>;
  private readonly socket: WebSocket;

  constructor(socket: WebSocket, request: IncomingMessage) {
    this.socket = socket;
    this.url = new URL(request.url ?? '', 'ws://server');
    const offered = request.headers['sec-websocket-protocol'] ?? '';
    this.protocols = offered.split(',').map((name) => name.trim());
    this.gone = once(socket, 'close');
    socket.on('message', (bytes: Buffer) => this.hear(bytes.toString('utf8')));
  }

  /** `connected`; with `since` in the URL it is honoured unless `resumed` says otherwise. */
  welcome(data: object = {}): void {
    const since = this.url.searchParams.get('since');
    const limits = { frame_max_bytes: 65_536, text_max_bytes: 16_384, typing_repeat_ms: 3_000 };
    this.say('connected', {
      session_id: 's1',
      user: { id: 'v1', role: 'client' },
      chat_id: this.url.searchParams.get('chat_id'),
      ...(since !== null && { resumed: true }),
      position: since ?? '0',
      limits,
      heartbeat: { ping_after_ms: 30_000, pong_timeout_ms: 10_000 },
      ...data,
    });
  }

  /** `connected` of a desk. With `since` it is honoured unless `resumed` says otherwise. */
  welcomeDesk(data: object = {}): void {
    const since = this.url.searchParams.get('since');
    const user = { id: 'o1', role: 'operator' };
    this.welcome({
      user,
      chat_id: undefined,
      operators: [user],
      position: since ?? start,
      ...data,
    });
  }

  /** A message that stands in the log of a partition: its number there is its position. */
  deskMessage(partition: number, number: number): void {
    const id = `${partition}.${number}`;
    const chat = { id: `c${partition}` };
    const user = { id: 'v1', role: 'client' };
    const message = { id: `m${id}`, chat_id: chat.id, type: 'standard', user, text: 'Hi' };
    const head = { event_id: `e${id}`, chat_id: chat.id, position: `${partition}:${number}` };
    this.say('messageAdded', { message, chat }, head);
  }

  /** A message that stands in the log: its number is its position. */
  message(number: number, more: object = {}, message: object = {}): void {
    const data = {
      message: {
        id: `m${number}`,
        chat_id: 'c1',
        type: 'standard',
        user: { id: 'o1', role: 'operator' },
        text: 'Hi',
        ...message,
      },
    };
    this.say('messageAdded', data, { event_id: `e${number}`, position: String(number), ...more });
  }

  say(event: string, data: object, head: object = {}): void {
    this.raw(JSON.stringify({ event, ts: new Date().toISOString(), chat_id: 'c1', ...head, data }));
  }

  raw(text: string): void {
    this.socket.send(text);
  }

  close(code: number): void {
    this.socket.close(code);
  }

  /** Without a close frame. */
  drop(): void {
    this.socket.terminate();
  }

  private hear(text: string): void {
    const frame = JSON.parse(text) as Omit<ClientFrame, 'atMs'>;
    this.frames.add({ ...frame, atMs: performance.now() });
  }
}

export interface ScriptedServer {
  readonly url: string;
  readonly visits: Mail<Visit>;
  stop(): void;
}

/** On the loopback, at a free port. */
export async function startScriptedServer(): Promise<ScriptedServer> {
  const server = new WebSocketServer({
    host: '127.0.0.1',
    port: 0,
    handleProtocols: (protocols) => (protocols.has('bearer') ? 'bearer' : false),
  });
  await once(server, 'listening');
  const visits = new Mail<Visit>('a connect of the client');
  server.on('connection', (socket, request) => visits.add(new Visit(socket, request)));
  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`,
    visits,
    stop() {
      for (const socket of server.clients) socket.terminate();
      server.close();
    },
  };
}
