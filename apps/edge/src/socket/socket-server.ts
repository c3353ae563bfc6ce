/**
 * The public port: uWebSockets.js, and all that must be known of it. Takes upgrades of the two
 * sockets and refuses everything else; who may come in and what is said is decided elsewhere.
 *
 * A request is read completely and answered before the handler returns: it does not survive an await.
 */
import type {
  HttpRequest,
  HttpResponse,
  TemplatedApp,
  WebSocket,
  us_listen_socket,
} from 'uWebSockets.js';
import type { Connection, SocketPeer } from '../session/connection.ts';
import { refuseByHttp, type HttpRefusal } from '../upgrade/refusal.ts';
import type { Decision, Ticket } from '../upgrade/admit.ts';
import type { UpgradeHead } from '../upgrade/upgrade-head.ts';
import { Partings } from './partings.ts';
import { Pings } from './pings.ts';
import { UwsConnection } from './uws-connection.ts';

export interface SocketServerOptions {
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
  /** Path prefix without a slash at its end; empty for none. */
  readonly basePath: string;
  /** Request line and headers together, bytes. */
  readonly requestHeadMaxBytes: number;
  /** Larger frames cut the connection, bytes. */
  readonly frameCutBytes: number;
  /** Bytes that may wait for a slow reader before frames are lost and its socket is closed. */
  readonly bufferMaxBytes: number;
  /**
   * A socket that is silent so long is closed, ms: 8 000 to 960 000, outside of which uWebSockets.js ends
   * the process. It counts in steps of 4 s, so it may be 4 s less; two pings go out in that time.
   */
  readonly idleTimeoutMs: number;
  /** How long a closed socket may go on reading what was sent to it before, ms. */
  readonly closeFlushMs: number;
  readonly admit: (head: UpgradeHead) => Decision;
  readonly open: (ticket: Ticket, connection: Connection) => SocketPeer;
  readonly onRefused: (status: number) => void;
  /** A frame that was sent to one socket waits for its reader. */
  readonly onPressed: () => void;
}

export interface SocketServer {
  /** Resolves with the port; rejects when it is taken. */
  listen(): Promise<number>;
  /** To every socket subscribed to the topic; gives their number. */
  publish(topic: string, frame: string | Uint8Array): number;
  /** Sockets that are closed but for what their readers have not taken yet. */
  readonly partings: Pick<Partings<unknown>, 'size' | 'bufferedBytes' | 'cutAll'>;
  /** Takes no more connections; those that are there stay. */
  stopListening(): void;
  /** Cuts what is still connected. */
  close(): void;
}

/** Refuses to share the port: two processes on one port would split the connects in silence. */
const exclusivePort = 1;
const closedAbnormally = 1006;
/** By so much uWebSockets.js may count less of an idle time, ms. */
const idleStepMs = 4_000;

interface SocketData {
  readonly decision: Exclude<Decision, HttpRefusal>;
  connection?: UwsConnection<SocketData>;
  peer?: SocketPeer;
  pingSlot?: number;
}

export async function createSocketServer(options: SocketServerOptions): Promise<SocketServer> {
  // Read when the native module loads: a token of 4 KiB in a header does not fit its default of 4 KiB.
  process.env['UWS_HTTP_MAX_HEADERS_SIZE'] = String(options.requestHeadMaxBytes);
  const { default: uws } = await import('uWebSockets.js');
  const app = uws.App();
  const partings = new Partings<SocketData>(options.closeFlushMs);
  const losses = createLosses();
  const pings = new Pings<WebSocket<SocketData>>({
    everyMs: (options.idleTimeoutMs - idleStepMs) / 2,
  });
  route(app, { ...options, partings, losses, pings });
  let listening: us_listen_socket | undefined;
  return {
    async listen() {
      listening = await listen(app, options);
      return uws.us_socket_local_port(listening);
    },
    publish(topic, frame) {
      // Nothing may reach a socket behind a lost frame: its reader would take the hole for read.
      losses.close();
      const sockets = app.numSubscribers(topic);
      if (sockets > 0) app.publish(topic, frame, false);
      return sockets;
    },
    partings,
    stopListening() {
      if (listening !== undefined) uws.us_listen_socket_close(listening);
      listening = undefined;
    },
    close() {
      pings.stop();
      app.close();
    },
  };
}

/** The declared signatures of `listen` lack host and options together; the module has it. */
type ListenOnHost = (
  host: string,
  port: number,
  options: number,
  done: (socket: us_listen_socket | false) => void,
) => void;

function listen(app: TemplatedApp, { host, port }: SocketServerOptions): Promise<us_listen_socket> {
  return new Promise((resolve, reject) => {
    (app.listen as unknown as ListenOnHost).call(app, host, port, exclusivePort, (socket) => {
      if (socket) resolve(socket);
      else
        reject(
          new Error(`EADDRINUSE: ${host}:${port} is in use, or is no address of this machine`),
        );
    });
  });
}

type Shared = SocketServerOptions & {
  readonly partings: Partings<SocketData>;
  readonly losses: Losses;
  readonly pings: Pings<WebSocket<SocketData>>;
};

function route(app: TemplatedApp, options: Shared): void {
  const { basePath, onRefused } = options;
  const refuse = (response: HttpResponse, refusal: HttpRefusal) => {
    onRefused(refusal.status);
    answer(response, refusal);
  };
  for (const socket of ['chat', 'broadcast'] as const) {
    const path = `${basePath}/${socket}`;
    app.ws<SocketData>(path, behavior(socket, { ...options, refuse }));
    app.any(path, (response) => refuse(response, refuseByHttp('upgrade_required')));
  }
  app.any('/*', (response) => refuse(response, refuseByHttp('not_found')));
}

type RouteOptions = Shared & {
  readonly refuse: (response: HttpResponse, refusal: HttpRefusal) => void;
};

function behavior(socket: UpgradeHead['socket'], options: RouteOptions) {
  const { frameCutBytes, bufferMaxBytes, idleTimeoutMs, admit, partings, pings } = options;
  return {
    maxPayloadLength: frameCutBytes,
    maxBackpressure: bufferMaxBytes,
    closeOnBackpressureLimit: false,
    idleTimeout: Math.ceil(idleTimeoutMs / 1_000),
    sendPingsAutomatically: false,
    upgrade(
      response: HttpResponse,
      request: HttpRequest,
      context: Parameters<HttpResponse['upgrade']>[4],
    ) {
      const key = request.getHeader('sec-websocket-key');
      const extensions = request.getHeader('sec-websocket-extensions');
      const decision = admit(readHead(socket, request, response));
      if (decision.kind === 'http') return options.refuse(response, decision);
      response.upgrade<SocketData>({ decision }, key, decision.subprotocol, extensions, context);
    },
    open: (ws: WebSocket<SocketData>) => begin(ws, options),
    message(ws: WebSocket<SocketData>, message: ArrayBuffer, isBinary: boolean) {
      ws.getUserData().peer?.message(new Uint8Array(message), isBinary);
    },
    drain(ws: WebSocket<SocketData>) {
      partings.drained(ws);
      ws.getUserData().connection?.wakeAt(bufferMaxBytes / 8);
    },
    dropped: (ws: WebSocket<SocketData>) => options.losses.add(ws.getUserData()),
    close(ws: WebSocket<SocketData>, code: number) {
      const data = ws.getUserData();
      if (data.pingSlot !== undefined) pings.remove(ws, data.pingSlot);
      partings.gone(ws);
      end(data, code);
    },
  };
}

function readHead(
  socket: UpgradeHead['socket'],
  request: HttpRequest,
  response: HttpResponse,
): UpgradeHead {
  return {
    socket,
    query: request.getQuery(),
    origin: request.getHeader('origin'),
    authorization: request.getHeader('authorization'),
    subprotocols: request.getHeader('sec-websocket-protocol'),
    peer: {
      address: Buffer.from(response.getRemoteAddressAsText()).toString('latin1'),
      forwardedFor: readForwardedFor(request),
    },
  };
}

/** All headers of that name: some proxies add one of their own behind what a client wrote. */
function readForwardedFor(request: HttpRequest): string {
  if (request.getHeader('x-forwarded-for') === '') return '';
  const values: string[] = [];
  request.forEach((name, value) => {
    if (name === 'x-forwarded-for') values.push(value);
  });
  return values.join(',');
}

function begin(ws: WebSocket<SocketData>, options: Shared): void {
  const { open, losses, partings, pings, onPressed } = options;
  const data = ws.getUserData();
  const { decision } = data;
  if (decision.kind === 'socket') return ws.end(decision.code, decision.reason);
  const connection = new UwsConnection(ws, {
    dropped: () => losses.add(data),
    pressed: onPressed,
    parting(closing, code, reason) {
      partings.add(closing, code, reason);
      end(data, code);
    },
  });
  data.connection = connection;
  data.pingSlot = pings.add(ws);
  data.peer = open(decision.ticket, connection);
}

/** Sockets that have lost a frame. To close one while uWebSockets.js drops it kills the process. */
interface Losses {
  add(data: SocketData): void;
  /** Closes them, in a later turn or before the next publish. */
  close(): void;
}

function createLosses(): Losses {
  const lossy = new Set<SocketData>();
  const close = () => {
    if (lossy.size === 0) return;
    for (const { peer } of lossy) peer?.overflowed();
    lossy.clear();
  };
  return {
    close,
    add(data) {
      data.connection?.overflowed();
      if (lossy.size === 0) setImmediate(close);
      lossy.add(data);
    },
  };
}

function end(data: SocketData, code: number): void {
  const { connection, peer } = data;
  connection?.gone();
  delete data.peer;
  // Whoever closes a socket is still at work on its session: it learns of the end afterwards.
  queueMicrotask(() => peer?.closed({ code, byFrame: code !== closedAbnormally }));
}

function answer(response: HttpResponse, { status, headers, body }: HttpRefusal): void {
  response.cork(() => {
    response.writeStatus(`${status} ${statusText[status] ?? ''}`.trim());
    for (const [name, value] of headers) response.writeHeader(name, value);
    response.end(body, true);
  });
}

const statusText: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  426: 'Upgrade Required',
  429: 'Too Many Requests',
  503: 'Service Unavailable',
};
