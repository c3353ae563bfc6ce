/** Asks a server for a sign of life, without a Redis client. */
import { connect } from 'node:net';

/** True when the server on this port of the loopback interface answers PING within 500 ms. */
export const pingRedis = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    const answer = (isAlive: boolean) => {
      socket.destroy();
      resolve(isAlive);
    };
    socket.setTimeout(500, () => answer(false));
    socket.on('connect', () => socket.write('PING\r\n'));
    socket.on('data', (data) => answer(data.toString().startsWith('+PONG')));
    socket.on('error', () => answer(false));
    socket.on('end', () => answer(false));
  });
