/** One kept-alive HTTP connection that posts one message at a time. */
import { connect } from 'node:net';
import { readHttpAnswer, type HttpAnswer } from './http-answer.ts';

export interface PublisherConnection {
  /** Posts a body of ASCII characters; the next one only after `onAnswer`. */
  post(body: string): void;
  close(): void;
}

export interface ConnectionOptions {
  port: number;
  /** More header lines, each with its line end. */
  headers: string;
  onAnswer: (answer: HttpAnswer) => void;
  onError: (error: Error) => void;
}

/** Shared by all connections, as in `subscriber.ts`. */
const readBuffer = Buffer.allocUnsafeSlow(16 * 1024);

export const openPublisherConnection = (options: ConnectionOptions): Promise<PublisherConnection> =>
  new Promise((resolve) => {
    const { port, headers, onAnswer, onError } = options;
    let pending = '';
    const head = `POST /message HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n${headers}Content-Length: `;
    const read = (length: number): void => {
      pending += readBuffer.toString('latin1', 0, length);
      const answer = readHttpAnswer(pending);
      if (answer === undefined) return;
      pending = pending.slice(answer.length);
      onAnswer(answer);
    };
    const socket = connect({
      port,
      host: '127.0.0.1',
      noDelay: true,
      onread: {
        buffer: readBuffer,
        callback: (length) => {
          read(length);
          return true;
        },
      },
    });
    socket.on('error', onError);
    socket.on('end', () => onError(new Error(`port ${port} ended a kept-alive connection`)));
    socket.on('connect', () =>
      resolve({
        post: (body) => void socket.write(`${head}${body.length}\r\n\r\n${body}`, 'latin1'),
        close: () => {
          socket.removeAllListeners('end');
          socket.destroy();
        },
      }),
    );
  });
