/** A TCP port in front of another one, whose connections a test can cut. */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

export interface TcpRelay {
  port: number;
  /** Cuts every connection, and every new one at once, until `mend`. */
  cut(): void;
  mend(): void;
  stop(): void;
}

export const startRelay = async (target: { port: number; host: string }): Promise<TcpRelay> => {
  const sockets = new Set<Socket>();
  let isCut = false;
  const cutAll = () => {
    for (const socket of sockets) socket.destroy();
  };
  const keep = (socket: Socket, other: Socket) => {
    sockets.add(socket);
    // What breaks on one side is cut on the other; both are told by `close`.
    socket.on('error', () => other.destroy());
    socket.on('close', () => {
      sockets.delete(socket);
      other.destroy();
    });
    socket.pipe(other);
  };
  const server = createServer((near) => {
    if (isCut) return void near.destroy();
    const far = connect(target);
    keep(near, far);
    keep(far, near);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    cut: () => {
      isCut = true;
      cutAll();
    },
    mend: () => void (isCut = false),
    stop: () => {
      cutAll();
      server.close();
    },
  };
};
