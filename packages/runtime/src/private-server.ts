/**
 * The private HTTP port of a process: metrics and health for the platform, never for the public.
 * `GET /metrics`, `GET /health/live` (the loop turns), `GET /health/ready` (send traffic here).
 */
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Metrics } from './metrics.ts';

/** What `/health/ready` answers; `reasons` says in words why not. Further fields are shown as they are. */
export interface Health {
  ready: boolean;
  reasons: readonly string[];
  [detail: string]: unknown;
}

export interface PrivateServerOptions {
  /** 0 lets the system choose. */
  port: number;
  host: string;
  metrics: Metrics;
  health: () => Health | Promise<Health>;
}

export interface PrivateServer {
  /** Resolves with the port when it listens; rejects when the port is taken. */
  start(): Promise<number>;
  /** Resolves when the port is closed; open keep-alive connections are cut. */
  stop(): Promise<void>;
}

/**
 * Who asks here asks one short question. A request that is slow or a connection that asks nothing is ended;
 * beyond so many connections new ones are closed at once.
 */
const requestTimeoutMs = 5_000;
const checkEveryMs = 1_000;
const connectionsMax = 200;
const headMaxBytes = 8_192;

type Route = (response: ServerResponse) => Promise<void>;

export const createPrivateServer = (options: PrivateServerOptions): PrivateServer => {
  const routes = createRoutes(options);
  const server = createServer(bounds, (request, response) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') return notTaken(response);
    const path = request.url?.split('?')[0] ?? '/';
    const route = routes.get(path) ?? notFound;
    route(response).catch((error: unknown) => json(response, 500, { error: String(error) }));
  });
  server.maxConnections = connectionsMax;
  // Node counts its time from the first byte: one that never comes is ended here.
  server.on('connection', (socket) => socket.setTimeout(requestTimeoutMs, () => socket.destroy()));
  return {
    start: () => listen(server, options),
    stop: () => close(server),
  };
};

const bounds = {
  requestTimeout: requestTimeoutMs,
  headersTimeout: requestTimeoutMs,
  connectionsCheckingInterval: checkEveryMs,
  maxHeaderSize: headMaxBytes,
};

const createRoutes = ({ metrics, health }: PrivateServerOptions): Map<string, Route> =>
  new Map([
    [
      '/metrics',
      async (response) => {
        const body = await metrics.render();
        response.writeHead(200, { 'content-type': metrics.contentType }).end(body);
      },
    ],
    ['/health/live', async (response) => json(response, 200, { live: true })],
    [
      '/health/ready',
      async (response) => {
        const answer = await health();
        json(response, answer.ready ? 200 : 503, answer);
      },
    ],
  ]);

const notTaken = (response: ServerResponse): void => {
  // Its body is not read: the connection ends with the answer.
  response.setHeader('connection', 'close').setHeader('allow', 'GET, HEAD');
  json(response, 405, { error: 'method not allowed' });
};

const notFound: Route = async (response) => json(response, 404, { error: 'not found' });

const json = (response: ServerResponse, status: number, body: unknown): void => {
  response.writeHead(status, {
    'content-type': 'application/json',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  });
  response.end(`${JSON.stringify(body)}\n`);
};

const listen = (server: Server, { port, host }: { port: number; host: string }): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, host, exclusive: true }, () => {
      server.off('error', reject);
      resolve((server.address() as AddressInfo).port);
    });
  });

const close = (server: Server): Promise<void> =>
  new Promise((resolve, reject) => {
    if (!server.listening) return resolve();
    server.close((error) => (error === undefined ? resolve() : reject(error)));
    server.closeAllConnections();
  });
