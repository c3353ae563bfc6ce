/**
 * The peer `minimal`: a posted body goes through a Redis channel to the sockets of all nodes. With a length, bodies
 * that are shorter are filled up to it, as if there were more to tell.
 */
import { Redis } from 'ioredis';
import { serveSockets } from './socket-app.ts';

const channel = 'all';
const [redisUrl = '', frameBytes = '0'] = process.argv.slice(2);
const filled = Buffer.alloc(Number(frameBytes), ' ');

const publisher = new Redis(redisUrl, { enableAutoPipelining: true });
const subscriber = new Redis(redisUrl);
await subscriber.subscribe(channel);

const fill = (body: Buffer): Buffer =>
  body.length < filled.length ? Buffer.concat([body, filled.subarray(body.length)]) : body;

const app = serveSockets((body) => publisher.publish(channel, fill(body)));
subscriber.on('messageBuffer', (_channel: Buffer, message: Buffer) => app.publish(message));
