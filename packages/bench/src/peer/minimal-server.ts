/** The peer `minimal`: a posted body goes through a Redis channel to the sockets of all nodes. */
import { Redis } from 'ioredis';
import { serveSockets } from './socket-app.ts';

const channel = 'all';
const redisUrl = process.argv[2] ?? '';

const publisher = new Redis(redisUrl, { enableAutoPipelining: true });
const subscriber = new Redis(redisUrl);
await subscriber.subscribe(channel);

const app = serveSockets((body) => publisher.publish(channel, body));
subscriber.on('messageBuffer', (_channel: Buffer, message: Buffer) => app.publish(message));
