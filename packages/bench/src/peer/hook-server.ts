/** A customer's backend for measurements: it takes everything, at once, and keeps nothing. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

let messages = 0;

/** What a backend says that owns its messages: an id and a time of its own. */
const accept = (): string =>
  `{"id":"kept-${(messages += 1)}","created_at":"${new Date().toISOString()}"}`;

const server = createServer((request, response) => {
  request.resume().on('end', () => {
    const body = request.url === '/send' ? accept() : '';
    const headers = { 'content-type': 'application/json', 'content-length': body.length };
    if (body === '') response.writeHead(204).end();
    else response.writeHead(200, headers).end(body);
  });
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
process.on('disconnect', () => process.exit(0));
