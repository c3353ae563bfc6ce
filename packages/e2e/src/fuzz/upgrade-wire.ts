/** A connect as bytes, and what became of it: a status, or the first frames of the socket. */
import { exchange, type RawAnswer } from './raw-http.ts';

export interface UpgradeHeader {
  readonly name: string;
  readonly value: string;
}

export interface Upgraded {
  /** 101, a status of refusal, or 0 for none. */
  readonly status: number;
  readonly headers: RawAnswer['headers'];
  /** Of a refusal. */
  readonly body: string;
  /** Of the socket's first frame, when it was a close frame. */
  readonly closeCode?: number;
  /** The first text frame. */
  readonly firstText?: string;
}

const handshake: readonly UpgradeHeader[] = [
  { name: 'Host', value: 'edge' },
  { name: 'Upgrade', value: 'websocket' },
  { name: 'Connection', value: 'Upgrade' },
  { name: 'Sec-WebSocket-Version', value: '13' },
  { name: 'Sec-WebSocket-Key', value: 'dGhlIHNhbXBsZSBub25jZQ==' },
];

/** @param path with its query, as it is written. Headers of the same name follow the usual ones. */
export const requestOf = (path: string, headers: readonly UpgradeHeader[]): string => {
  const lines = [...handshake, ...headers].map(({ name, value }) => `${name}: ${value}`);
  return `GET ${path} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`;
};

const waitMs = 8_000;

export const upgrade = async (port: number, head: string | Buffer): Promise<Upgraded> => {
  const answer = await exchange({ port, chunks: [head], waitMs, isEnough });
  const { status, headers, body } = answer;
  if (status !== 101) return { status, headers, body: body.toString() };
  const frame = readFrame(body);
  if (frame === undefined) return { status, headers, body: '' };
  if (frame.opcode === 8)
    return { status, headers, body: '', closeCode: frame.payload.readUInt16BE(0) };
  return { status, headers, body: '', firstText: frame.payload.toString() };
};

const isEnough = ({ status, headers, body }: RawAnswer): boolean => {
  if (status === 101) return readFrame(body) !== undefined;
  return status > 0 && body.length >= Number(headers.get('content-length') ?? Infinity);
};

interface ServerFrame {
  readonly opcode: number;
  readonly payload: Buffer;
}

const readFrame = (bytes: Buffer): ServerFrame | undefined => readFrames(bytes)[0];

/** The whole frames of a server: never masked. */
export const readFrames = (bytes: Buffer): ServerFrame[] => {
  const frames: ServerFrame[] = [];
  for (let rest = bytes; ;) {
    const short = rest[1];
    if (short === undefined) return frames;
    const head = short < 126 ? 2 : short === 126 ? 4 : 10;
    if (rest.length < head) return frames;
    const length =
      short < 126 ? short : short === 126 ? rest.readUInt16BE(2) : Number(rest.readBigUInt64BE(2));
    if (rest.length < head + length) return frames;
    frames.push({ opcode: (rest[0] ?? 0) & 15, payload: rest.subarray(head, head + length) });
    rest = rest.subarray(head + length);
  }
};

/** What a connect may be answered by; 400, 431 and 505 are also uWebSockets.js' own, without a body. */
export const documentedStatuses: ReadonlySet<number> = new Set([
  101, 400, 401, 403, 404, 426, 429, 431, 505,
]);
