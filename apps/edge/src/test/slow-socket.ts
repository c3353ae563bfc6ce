/** A client that reads a trickle or nothing: a bare TCP socket, because a WebSocket client reads by itself. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { Frame } from '@switchboard/testkit';

export interface SlowSocket {
  /** Reads everything that is left and gives all frames, and the close code (1006: there was no close frame). */
  readAll(): Promise<{ frames: Frame[]; code: number }>;
}

export interface SlowSocketOptions {
  readonly url: string;
  readonly token: string;
  /** Default 0: it never reads. */
  readonly bytesPerSecond?: number;
}

const readsPerSecond = 10;

/** Resolves when the upgrade has been sent and something came back. */
export async function openSlowChat(options: SlowSocketOptions): Promise<SlowSocket> {
  const { hostname, port } = new URL(options.url);
  const socket = connect({ host: hostname, port: Number(port) });
  const key = randomBytes(16).toString('base64');
  socket.write(
    `GET /chat?token=${options.token} HTTP/1.1\r\nHost: ${hostname}\r\nUpgrade: websocket\r\n` +
      `Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${key}\r\n\r\n`,
  );
  // A cut connection is what some of the tests are about.
  socket.on('error', () => undefined);
  const chunks: Buffer[] = [];
  const ended = once(socket, 'close');
  await once(socket, 'readable');
  const stop = trickle(socket, chunks, options.bytesPerSecond ?? 0);
  return {
    async readAll() {
      stop();
      socket.on('data', (chunk: Buffer) => chunks.push(chunk));
      socket.resume();
      await ended;
      return parse(Buffer.concat(chunks));
    },
  };
}

function trickle(socket: Socket, chunks: Buffer[], bytesPerSecond: number): () => void {
  if (bytesPerSecond === 0) return () => undefined;
  const size = Math.ceil(bytesPerSecond / readsPerSecond);
  const timer = setInterval(() => {
    const chunk = socket.read(size) as Buffer | null;
    if (chunk !== null) chunks.push(chunk);
  }, 1_000 / readsPerSecond);
  return () => clearInterval(timer);
}

const opcodes = { text: 1, close: 8 };

/** Unmasked frames of RFC 6455 behind the head of the upgrade's answer; one that was cut is left out. */
function parse(bytes: Buffer): { frames: Frame[]; code: number } {
  const frames: Frame[] = [];
  let at = bytes.indexOf('\r\n\r\n') + 4;
  for (;;) {
    const header = headerAt(bytes, at);
    if (header === undefined) return { frames, code: 1006 };
    const payload = bytes.subarray(header.start, header.end);
    if (header.opcode === opcodes.close) return { frames, code: payload.readUInt16BE(0) };
    if (header.opcode === opcodes.text) frames.push(JSON.parse(payload.toString()) as Frame);
    at = header.end;
  }
}

function headerAt(bytes: Buffer, at: number) {
  if (bytes.length < at + 2) return undefined;
  const opcode = bytes[at]! & 0x0f;
  const short = bytes[at + 1]! & 0x7f;
  const headLength = short === 127 ? 10 : short === 126 ? 4 : 2;
  if (bytes.length < at + headLength) return undefined;
  const length =
    short === 127
      ? Number(bytes.readBigUInt64BE(at + 2))
      : short === 126
        ? bytes.readUInt16BE(at + 2)
        : short;
  const start = at + headLength;
  return start + length > bytes.length ? undefined : { opcode, start, end: start + length };
}
