/** One raw client WebSocket: it upgrades, splits frames, answers pings, and tells how it ended. */
import { connect } from 'node:net';
import { createFrameReader, opcodes } from './frame-reader.ts';
import { emptyPong, readUpgradeAnswer } from './upgrade.ts';

export interface WebSocketHandlers {
  /** The server has agreed; frames follow. */
  upgraded(): void;
  /** Before the frames of a chunk of so many bytes. */
  chunk(bytes: number): void;
  /** The payload is valid during the call only. */
  text(bytes: Buffer, start: number, end: number): void;
  /** Called once, unless `cut` was called: the close code, and why it failed if it is known. */
  closed(closeCode: number, error: Error | undefined): void;
}

export interface RawWebSocket {
  send(frame: Buffer): void;
  /** There is progress: the socket may be idle from now on for as long as it wants. */
  settle(): void;
  /** Ends the connection with a RST, as a lost network does for the server's next packet. */
  cut(): void;
}

/** The server's answer was not 101. */
export class UpgradeRefused extends Error {
  readonly retryAfterMs: number;

  constructor(status: number, retryAfterMs: number) {
    super(`upgrade refused with ${status}`);
    this.retryAfterMs = retryAfterMs;
  }
}

/**
 * All sockets read into this one: its content is used up before the next read. A buffer for each would
 * not stay in the processor's cache.
 */
const readBuffer = Buffer.allocUnsafeSlow(256 * 1024);

const openTimeoutMs = 20_000;
const closeCodeNone = 1005;
const closeCodeAbnormal = 1006;

export interface WebSocketPlan {
  port: number;
  request: string;
  /** Where it comes from; one address has ports for about 28 000 sockets (default: the system's choice). */
  localAddress?: string;
}

export const openWebSocket = (
  { port, request, localAddress }: WebSocketPlan,
  handlers: WebSocketHandlers,
): RawWebSocket => {
  let closeCode = closeCodeAbnormal;
  let failure: Error | undefined;
  let onBytes = (chunk: Buffer, length: number): void => readHead(chunk, length);

  const reader = createFrameReader((opcode, bytes, start, end) => {
    if (opcode === opcodes.text) handlers.text(bytes, start, end);
    else if (opcode === opcodes.ping) socket.write(emptyPong);
    else if (opcode === opcodes.close) closeCode = readCloseCode(bytes, start, end);
  });
  const readFrames = (chunk: Buffer, length: number): void => {
    handlers.chunk(length);
    reader.push(chunk, length);
  };
  const readHead = (chunk: Buffer, length: number): void => {
    const answer = readUpgradeAnswer(chunk.subarray(0, length));
    if (answer === undefined) throw new Error('the head of an upgrade came in pieces');
    if (answer.status !== 101) throw new UpgradeRefused(answer.status, answer.retryAfterMs);
    onBytes = readFrames;
    handlers.upgraded();
    const rest = chunk.subarray(answer.headBytes, length);
    if (rest.length > 0) readFrames(rest, rest.length);
  };

  const socket = connect({
    port,
    host: '127.0.0.1',
    ...(localAddress !== undefined && { localAddress }),
    noDelay: true,
    onread: {
      buffer: readBuffer,
      callback: (length) => {
        try {
          onBytes(readBuffer, length);
        } catch (error) {
          socket.destroy(error as Error);
        }
        return true;
      },
    },
  });
  socket.write(request, 'latin1');
  socket.setTimeout(openTimeoutMs, () => socket.destroy(new Error('a socket did not open')));
  socket.on('error', (error) => (failure = error));
  socket.on('close', () => handlers.closed(closeCode, failure));
  return {
    send: (frame) => void socket.write(frame),
    settle: () => void socket.setTimeout(0),
    cut: () => {
      socket.removeAllListeners('close');
      socket.resetAndDestroy();
    },
  };
};

const readCloseCode = (bytes: Buffer, start: number, end: number): number =>
  end - start >= 2 ? bytes.readUInt16BE(start) : closeCodeNone;
