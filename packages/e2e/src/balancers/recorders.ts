/** Stand in for edges and ingresses, and keep what a load balancer hands on. */
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Address, Site } from './balancer.ts';

export interface Recorded {
  to: 'edge' | 'ingress';
  method: string;
  url: string;
  headers: IncomingHttpHeaders;
  body: string;
}

export interface Recorders {
  site: Site;
  recorded: Recorded[];
  stop(): void;
}

/** All of them ready; edges answer 426, ingresses 200. */
export const startRecorders = async (): Promise<Recorders> => {
  const recorded: Recorded[] = [];
  const servers: Server[] = [];
  const start = async (to: Recorded['to']): Promise<Address> => {
    const server = createServer((request, response) => {
      const { method = '', url = '', headers } = request;
      if (url === '/health/ready') return void response.end();
      let body = '';
      request.on('data', (bytes: Buffer) => (body += bytes.toString()));
      request.on('end', () => {
        recorded.push({ to, method, url, headers, body });
        response.writeHead(to === 'edge' ? 426 : 200).end();
      });
    });
    // As an edge does it, but for the answer: who upgrades is told nothing else.
    server.on('upgrade', (request, socket) => {
      const { method = '', url = '', headers } = request;
      recorded.push({ to, method, url, headers, body: '' });
      socket.end('HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n');
    });
    servers.push(server);
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    const { port } = server.address() as AddressInfo;
    return { port, privatePort: port };
  };
  const edges = [await start('edge'), await start('edge'), await start('edge')] as const;
  const ingresses = [await start('ingress'), await start('ingress')] as const;
  const stop = () => {
    for (const server of servers) server.close().closeAllConnections();
  };
  return { site: { edges, ingresses }, recorded, stop };
};
