/** The HTTP side of a WebSocket, made by hand (RFC 6455, section 4): the request, and the head of its answer. */
import { randomBytes } from 'node:crypto';

export interface UpgradeOptions {
  port: number;
  path: string;
  /** Sent as the subprotocol pair `bearer, <token>`. */
  token?: string;
}

export const upgradeRequest = ({ port, path, token }: UpgradeOptions): string =>
  [
    `GET ${path} HTTP/1.1`,
    `Host: 127.0.0.1:${port}`,
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
    ...(token === undefined ? [] : [`Sec-WebSocket-Protocol: bearer, ${token}`]),
    '\r\n',
  ].join('\r\n');

export interface UpgradeAnswer {
  status: number;
  /** Where the first frame starts. */
  headBytes: number;
  /** What a refusal asks for; 0 when it does not say. */
  retryAfterMs: number;
}

const headEnd = '\r\n\r\n';

/** Gives undefined while the head is not complete. */
export const readUpgradeAnswer = (bytes: Buffer): UpgradeAnswer | undefined => {
  const end = bytes.indexOf(headEnd, 0, 'latin1');
  if (end < 0) return undefined;
  const status = Number(bytes.toString('latin1', 'HTTP/1.1 '.length, 'HTTP/1.1 200'.length));
  return { status, headBytes: end + headEnd.length, retryAfterMs: retryAfterMs(bytes, end) };
};

const retryAfterMs = (bytes: Buffer, end: number): number => {
  const found = /\r\nretry-after: *(\d+)/i.exec(bytes.toString('latin1', 0, end));
  return found === null ? 0 : Number(found[1]) * 1000;
};

/**
 * A text frame as clients send it (RFC 6455, section 5.2), for up to 64 KiB of ASCII. Clients must mask;
 * a mask of zeros is one, and leaves the text as it is.
 */
export const textFrame = (text: string): Buffer => {
  const { length } = text;
  const header =
    length < 126 ? [0x81, 0x80 | length] : [0x81, 0x80 | 126, length >> 8, length & 255];
  return Buffer.concat([Buffer.from([...header, 0, 0, 0, 0]), Buffer.from(text, 'latin1')]);
};

/** A pong without payload; clients must mask, and a mask of zeros is one. */
export const emptyPong = Buffer.from([0x8a, 0x80, 0, 0, 0, 0]);
