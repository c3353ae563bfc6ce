/** Backends on loopback: one that speaks HTTP, and one that speaks as badly as a test wants. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

const listen = async (server: Server): Promise<string> => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
};

/** Gives its origin; ends with the test. */
export const openBackend = (listener: RequestListener): Promise<string> => {
  const server = createHttpServer(listener);
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return listen(server);
};

/** Of `localhost` and 127.0.0.1; nobody vouches for it but itself. */
export const certificate = readFileSync(new URL('localhost.crt', import.meta.url), 'utf8');

/** As `openBackend`, behind that certificate. */
export const openSecureBackend = async (listener: RequestListener): Promise<string> => {
  const key = readFileSync(new URL('localhost.key', import.meta.url), 'utf8');
  const server = createHttpsServer({ key, cert: certificate }, listener);
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return (await listen(server)).replace('http:', 'https:');
};

export interface RawBackend {
  readonly origin: string;
  readonly connections: Socket[];
  /** Whole requests, in the order in which they came. */
  readonly requests: string[];
}

/** `answer` is called once for each whole request, with how many came on this connection, itself included. */
export const openRawBackend = async (
  answer: (socket: Socket, nth: number) => void,
): Promise<RawBackend> => {
  const connections: Socket[] = [];
  const requests: string[] = [];
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    connections.push(socket);
    let buffered = '';
    let nth = 0;
    // What a test provokes is not its concern on this side.
    socket.on('error', () => socket.destroy());
    socket.setEncoding('utf8').on('data', (text: string) => {
      buffered += text;
      const [head = '', body = ''] = buffered.split('\r\n\r\n');
      const length = Number(/content-length: (\d+)/iu.exec(head)?.[1] ?? Number.NaN);
      if (!buffered.includes('\r\n\r\n') || Buffer.byteLength(body) < length) return;
      requests.push(buffered);
      buffered = '';
      nth += 1;
      answer(socket, nth);
    });
  });
  onTestFinished(() => {
    for (const socket of connections) socket.destroy();
    server.close();
  });
  return { origin: await listen(server), connections, requests };
};

/** An HTTP answer, as bytes. */
export const answerOf = (status: number, body: string, headers: readonly string[] = []): string =>
  [
    `HTTP/1.1 ${status} Whatever`,
    ...headers,
    `Content-Length: ${Buffer.byteLength(body)}`,
    '',
    body,
  ].join('\r\n');
