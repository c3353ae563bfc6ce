/** One WebSocket to an edge, as a list of texts to read through. */
import { WebSocket } from 'ws';
import { exitCodes } from '../exit-codes.ts';
import { Failure } from '../failure.ts';

export interface Closed {
  readonly code: number;
  readonly reason: string;
}

export interface OpenSocket {
  readonly messages: AsyncIterable<string>;
  readonly closed: Promise<Closed>;
  /** When the edge sent a WebSocket ping. */
  onPing(listener: () => void): void;
  close(): void;
}

const openTimeoutMs = 10_000;

/**
 * Resolves when the upgrade was taken.
 * @throws Failure with the status when it was refused
 */
export async function openSocket(
  url: string,
  token: string,
  stop: AbortSignal,
): Promise<OpenSocket> {
  const ws = new WebSocket(url, ['bearer', token], {
    handshakeTimeout: openTimeoutMs,
    perMessageDeflate: false,
  });
  const socket = wrap(ws);
  const end = () => ws.close(1000);
  stop.addEventListener('abort', end, { once: true });
  void socket.closed.then(() => stop.removeEventListener('abort', end));
  await opened(ws, url);
  return socket;
}

function wrap(ws: WebSocket): OpenSocket {
  const waiting: string[] = [];
  let wake = (): void => undefined;
  let isClosed = false;
  const closed = new Promise<Closed>((resolve) => {
    ws.once('close', (code, reason) => {
      isClosed = true;
      wake();
      resolve({ code, reason: reason.toString() });
    });
  });
  ws.on('message', (data) => {
    waiting.push((data as Buffer).toString());
    wake();
  });
  async function* read(): AsyncGenerator<string> {
    for (;;) {
      const next = waiting.shift();
      if (next !== undefined) yield next;
      else if (isClosed) return;
      else await new Promise<void>((resolve) => (wake = resolve));
    }
  }
  return {
    messages: { [Symbol.asyncIterator]: read },
    closed,
    onPing: (listener) => void ws.on('ping', listener),
    close: () => ws.close(1000),
  };
}

function opened(ws: WebSocket, url: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const address = url.split('?')[0];
  ws.once('open', resolve);
  ws.on('error', (error: Error & { code?: string }) =>
    reject(
      new Failure(
        exitCodes.unavailable,
        `No socket at ${address}: ${error.message || error.code}`,
        'SWITCHBOARD_SOCKET_URL or --socket-url says where sockets are taken.',
      ),
    ),
  );
  ws.once('unexpected-response', (request, response) => {
    const status = response.statusCode ?? 0;
    reject(
      new Failure(exitCodeOf(status), `${address} refused the upgrade: ${status}`, hintOf(status)),
    );
    request.destroy();
  });
  return promise;
}

function exitCodeOf(status: number) {
  if (status === 401 || status === 403) return exitCodes.notAllowed;
  if (status === 429 || status === 503 || status === 502 || status === 504)
    return exitCodes.tryAgain;
  return exitCodes.data;
}

function hintOf(status: number): string | undefined {
  if (status === 401)
    return 'The token is not accepted: AUTH_SECRET is not that of the edges, or it has expired.';
  if (status === 200 || status === 404 || status === 426 || status === 400) {
    return 'What answers there is no edge, or a balancer that does not pass on the upgrade.';
  }
  return undefined;
}
