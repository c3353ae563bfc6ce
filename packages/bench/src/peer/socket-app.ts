/** What the peers on uWebSockets.js have in common: sockets, and `POST /message` with any body. */
import uws, {
  type HttpRequest,
  type HttpResponse,
  type TemplatedApp,
  type us_socket_context_t,
} from 'uWebSockets.js';
import { chatIdOf, everybody } from './message.ts';

/** As the edge has it by default: what a slow reader may leave unread. */
const bufferMaxBytes = 1024 * 1024;

interface RoomSocket {
  topic: string;
}

export interface SocketApp {
  /** To all `/broadcast` sockets of this process, and to those of the message's chat. */
  publish(message: Uint8Array): void;
}

/** Listens on a port of the system's choice and tells it to the bench; `accept` resolves when a body is sent on. */
export const serveSockets = (accept: (body: Buffer) => Promise<unknown> | undefined): SocketApp => {
  const app = uws.App();
  // Without rooms nothing is looked for in a body.
  let hasRooms = false;
  app.ws('/broadcast', { ...behavior, open: (socket) => void socket.subscribe(everybody) });
  app.ws<RoomSocket>('/chat', {
    ...behavior,
    upgrade: upgradeToRoom,
    open: (socket) => {
      hasRooms = true;
      socket.subscribe(socket.getUserData().topic);
    },
    message: (_socket, message) => void accept(copyOf(message)),
  });
  app.post('/message', (response) => takeBody(response, accept));
  listen(app);
  process.on('disconnect', () => process.exit(0));
  return {
    publish: (message) => {
      app.publish(everybody, message, false);
      if (hasRooms) app.publish(roomTopic(chatIdOf(message)), message, false);
    },
  };
};

const behavior = {
  compression: uws.DISABLED,
  maxBackpressure: bufferMaxBytes,
  idleTimeout: 120,
};

const upgradeToRoom = (
  response: HttpResponse,
  request: HttpRequest,
  context: us_socket_context_t,
): void =>
  response.upgrade<RoomSocket>(
    { topic: roomTopic(request.getQuery('chat_id') ?? '') },
    request.getHeader('sec-websocket-key'),
    request.getHeader('sec-websocket-protocol'),
    request.getHeader('sec-websocket-extensions'),
    context,
  );

const roomTopic = (chatId: string): string => `room/${chatId}`;

const takeBody = (
  response: HttpResponse,
  accept: (body: Buffer) => Promise<unknown> | undefined,
): void => {
  let isAborted = false;
  const answer = () => {
    if (!isAborted) response.cork(() => response.end('{"ok":true}'));
  };
  const chunks: Buffer[] = [];
  response.onAborted(() => (isAborted = true));
  response.onData((chunk, isLast) => {
    chunks.push(copyOf(chunk));
    if (!isLast) return;
    const accepted = accept(Buffer.concat(chunks));
    if (accepted === undefined) answer();
    else void accepted.then(answer);
  });
};

/** What uWebSockets.js hands over is its own memory, valid only during the call. */
const copyOf = (bytes: ArrayBuffer): Buffer => Buffer.from(Buffer.from(bytes));

const listen = (app: TemplatedApp): void => {
  app.listen('127.0.0.1', 0, (socket) => {
    if (socket === false) throw new Error('a peer could not listen');
    process.send?.(uws.us_socket_local_port(socket));
  });
};
