/** Bytes to a port, as they are, and the head that comes back: what no HTTP client would send. */
import { connect } from 'node:net';

export interface RawAnswer {
  /** 0: the connection was closed, or nothing came, before a status. */
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Buffer;
  /** False: the server was still waiting for more when we gave up. */
  readonly closed: boolean;
}

export interface RawOptions {
  readonly port: number;
  /** Written one after the other. */
  readonly chunks: readonly (string | Buffer)[];
  /** Written when the first bytes of the answer are there. */
  readonly afterwards?: Buffer;
  /** How long nothing may come before we give up, ms. */
  readonly waitMs: number;
  /** The same before the first bytes (default `waitMs`): where an answer is certain, on a loaded machine. */
  readonly firstWaitMs?: number;
  /** True as soon as enough has come; default: when the server closes. */
  readonly isEnough?: (answer: RawAnswer) => boolean;
}

/** Resolves with what came until the server closed, enough had come, or the time was over. */
export const exchange = ({
  port,
  chunks,
  afterwards,
  waitMs,
  firstWaitMs = waitMs,
  isEnough,
}: RawOptions): Promise<RawAnswer> =>
  new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    let received = Buffer.alloc(0);
    const finish = (closed: boolean) => {
      socket.resetAndDestroy();
      resolve(readAnswer(received, closed));
    };
    socket.setNoDelay(true);
    socket.setTimeout(firstWaitMs, () => finish(false));
    socket.once('data', () => socket.setTimeout(waitMs));
    if (afterwards !== undefined) socket.once('data', () => socket.write(afterwards));
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk]);
      if (isEnough?.(readAnswer(received, false)) === true) finish(false);
    });
    // A peer that is still being written to resets: what it said before counts.
    socket.on('error', () => finish(true));
    socket.on('end', () => finish(true));
    socket.on('connect', () => {
      for (const chunk of chunks) socket.write(chunk);
    });
  });

const readAnswer = (bytes: Buffer, closed: boolean): RawAnswer => {
  const end = bytes.indexOf('\r\n\r\n');
  if (end < 0) return { status: 0, headers: new Map(), body: Buffer.alloc(0), closed };
  const [first = '', ...lines] = bytes.subarray(0, end).toString('latin1').split('\r\n');
  const headers = lines.map((line): [string, string] => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
  });
  const status = Number(/^HTTP\/1\.1 (\d{3})/u.exec(first)?.[1] ?? 0);
  // The answer to `Expect`; the one that counts follows.
  if (status === 100) return readAnswer(bytes.subarray(end + 4), closed);
  return { status, headers: new Map(headers), body: bytes.subarray(end + 4), closed };
};
