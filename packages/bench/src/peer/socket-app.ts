/** What both peers have in common: `/broadcast` sockets, and `POST /message` with any body. */
import uws, { type HttpResponse, type TemplatedApp } from 'uWebSockets.js';

const topic = 'all';

/** As the edge has it by default: what a slow reader may leave unread. */
const bufferMaxBytes = 1024 * 1024;

export interface SocketApp {
  /** To all sockets of this process. */
  publish(message: Uint8Array): void;
}

/** Listens on a port of the system's choice and tells it to the bench; `accept` resolves when a body is sent on. */
export const serveSockets = (accept: (body: Buffer) => Promise<unknown> | undefined): SocketApp => {
  const app = uws.App();
  app.ws('/broadcast', {
    compression: uws.DISABLED,
    maxBackpressure: bufferMaxBytes,
    idleTimeout: 120,
    open: (socket) => void socket.subscribe(topic),
  });
  app.post('/message', (response) => takeBody(response, accept));
  listen(app);
  process.on('disconnect', () => process.exit(0));
  return { publish: (message) => void app.publish(topic, message, false) };
};

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
    // The chunk is the caller's memory, valid only now.
    chunks.push(Buffer.from(Buffer.from(chunk)));
    if (!isLast) return;
    const accepted = accept(Buffer.concat(chunks));
    if (accepted === undefined) answer();
    else void accepted.then(answer);
  });
};

const listen = (app: TemplatedApp): void => {
  app.listen('127.0.0.1', 0, (socket) => {
    if (socket === false) throw new Error('a peer could not listen');
    process.send?.(uws.us_socket_local_port(socket));
  });
};
