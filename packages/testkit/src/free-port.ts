/** Finds ports that nobody listens on. A port is free when it was asked, not for ever; see `port-claim.ts`. */
import { createServer, type AddressInfo, type Server } from 'node:net';

const loopback = '127.0.0.1';

/** True when nobody listens on this port of the loopback interface. */
export const isPortFree = async (port: number): Promise<boolean> => {
  const server = await listen(port).catch(() => undefined);
  if (server === undefined) return false;
  await close(server);
  return true;
};

/** A port that the system chose. */
export const findFreePort = async (): Promise<number> => {
  const server = await listen(0);
  const { port } = server.address() as AddressInfo;
  await close(server);
  return port;
};

const listen = (port: number): Promise<Server> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen({ port, host: loopback, exclusive: true }, () => resolve(server));
  });

const close = (server: Server): Promise<unknown> =>
  new Promise((resolve) => {
    server.close(resolve);
  });
