/**
 * The peer `ws`: as `minimal`, with the `ws` package in place of uWebSockets.js. Set up as its documentation
 * advises: no compression, a bound for what comes in, and pings that find dead connections.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { Redis } from 'ioredis';
import { WebSocketServer, type WebSocket } from 'ws';
import { chatIdOf, everybody } from './message.ts';

const channel = 'all';
const redisUrl = process.argv[2] ?? '';
const payloadMaxBytes = 64 * 1024;
/** As the edge has it by default: what a slow reader may leave unread. */
const bufferMaxBytes = 1024 * 1024;
const pingEveryMs = 30_000;

const publisher = new Redis(redisUrl, { enableAutoPipelining: true });
const subscriber = new Redis(redisUrl);
await subscriber.subscribe(channel);

const rooms = new Map<string, Set<WebSocket>>();

const join = (room: string, socket: WebSocket): void => {
  const members = rooms.get(room) ?? new Set();
  rooms.set(room, members.add(socket));
  socket.on('close', () => {
    members.delete(socket);
    if (members.size === 0 && rooms.get(room) === members) rooms.delete(room);
  });
};

const sendTo = (room: string, message: Buffer): void => {
  for (const socket of rooms.get(room) ?? []) {
    if (socket.bufferedAmount > bufferMaxBytes) socket.terminate();
    else socket.send(message, { binary: false });
  }
};

subscriber.on('messageBuffer', (_channel: Buffer, message: Buffer) => {
  sendTo(everybody, message);
  sendTo(chatIdOf(message), message);
});

const server = createServer((request, response) => {
  void buffer(request)
    .then((body) => publisher.publish(channel, body))
    .then(() => response.setHeader('Content-Length', 11).end('{"ok":true}'));
});

const sockets = new WebSocketServer({
  server,
  perMessageDeflate: false,
  maxPayload: payloadMaxBytes,
});
const alive = new WeakSet<WebSocket>();

sockets.on('connection', (socket, { url = '' }) => {
  const { pathname, searchParams } = new URL(url, 'http://localhost');
  join(pathname === '/broadcast' ? everybody : (searchParams.get('chat_id') ?? ''), socket);
  alive.add(socket);
  socket.on('pong', () => alive.add(socket));
  socket.on('error', () => socket.terminate());
  socket.on('message', (message: Buffer) => void publisher.publish(channel, message));
});

setInterval(() => {
  for (const socket of sockets.clients) {
    if (!alive.delete(socket)) socket.terminate();
    else socket.ping();
  }
}, pingEveryMs).unref();

server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
process.on('disconnect', () => process.exit(0));
