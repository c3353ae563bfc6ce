/** A port in front of edges, as a balancer is: the first that takes a connection gets it. */
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

export interface Relay {
  readonly url: string;
  connections(): number;
  close(): void;
}

export interface RelayOptions {
  /** Cuts a connection on which nothing was sent for so long. */
  readonly idleMs?: number;
}

export async function startRelay(
  urls: readonly string[],
  options: RelayOptions = {},
): Promise<Relay> {
  const sockets = new Set<Socket>();
  const server = createServer((inner) => {
    track(inner);
    pass(
      inner,
      urls.map((url) => Number(new URL(url).port)),
    );
  });
  const track = (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
    if (options.idleMs !== undefined) socket.setTimeout(options.idleMs, () => socket.destroy());
  };
  const pass = (inner: Socket, [port, ...others]: number[]): void => {
    if (port === undefined) return void inner.destroy();
    const outer = connect(port, '127.0.0.1');
    outer.once('error', () => pass(inner, others));
    outer.once('connect', () => {
      track(outer);
      inner.pipe(outer).pipe(inner);
      inner.on('close', () => outer.destroy());
      outer.on('close', () => inner.destroy());
    });
  };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`,
    connections: () => sockets.size,
    close: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
