/** A customer's backend for measurements: it takes everything, at once, and keeps nothing. */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

let messages = 0;
/** Calls per second that `load/calls-beside.ts` makes in each edge. */
let pace = '0';

/** What a backend says that owns its messages: an id and a time of its own. */
const accept = (): string =>
  `{"id":"kept-${(messages += 1)}","created_at":"${new Date().toISOString()}"}`;

const answer = ({ url, method }: IncomingMessage, body: string): string => {
  if (url === '/send') return accept();
  if (url === '/pace' && method === 'PUT') pace = body;
  return url === '/pace' ? pace : '{}';
};

const server = createServer((request, response) => {
  let body = '';
  request.on('data', (chunk: Buffer) => (body += chunk.toString()));
  request.on('end', () => {
    const text = answer(request, body);
    const headers = { 'content-type': 'application/json', 'content-length': text.length };
    response.writeHead(200, headers).end(text);
  });
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
process.on('disconnect', () => process.exit(0));
