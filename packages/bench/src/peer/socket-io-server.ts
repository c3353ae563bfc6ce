/**
 * The peers `socket.io` and `socket.io-streams`: rooms, and a posted body, or what a client sends, goes to its room on all nodes.
 * Set up as its documentation recommends for production: WebSocket only, no compression, and with streams
 * connection state recovery, two minutes long, that skips middlewares.
 */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { createAdapter as createPubSubAdapter } from '@socket.io/redis-adapter';
import { createAdapter as createStreamsAdapter } from '@socket.io/redis-streams-adapter';
import { Redis } from 'ioredis';
import { Server, type ServerOptions } from 'socket.io';
import { everybody } from './message.ts';

const [redisUrl = '', kind = 'pub-sub'] = process.argv.slice(2);

const recoveryMs = 2 * 60 * 1000;

const adapterOptions = (): Partial<ServerOptions> => {
  const redis = new Redis(redisUrl);
  if (kind === 'pub-sub') return { adapter: createPubSubAdapter(redis, redis.duplicate()) };
  return {
    adapter: createStreamsAdapter(redis),
    connectionStateRecovery: { maxDisconnectionDuration: recoveryMs, skipMiddlewares: true },
  };
};

const server = createServer((request, response) => {
  void publish(request).then(() => response.end('{"ok":true}'));
});
const io = new Server(server, {
  transports: ['websocket'],
  serveClient: false,
  perMessageDeflate: false,
  ...adapterOptions(),
});

interface Message {
  chat_id: string;
}

io.on('connection', (socket) => {
  // A recovered socket is in its room already.
  if (!socket.recovered) void socket.join(String(socket.handshake.auth['room']));
  socket.on('message', emit);
});

const emit = (message: Message): void =>
  void io.to(message.chat_id).to(everybody).emit('message', message);

const publish = async (request: IncomingMessage): Promise<void> =>
  emit(JSON.parse(await text(request)) as Message);

server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
process.on('disconnect', () => process.exit(0));
