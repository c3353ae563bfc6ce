/** One raw WebSocket that counts what it gets and answers pings. */
import { connect, type Socket } from 'node:net';
import { createFrameReader, opcodes } from './frame-reader.ts';
import { emptyPong, readUpgradeAnswer } from './upgrade.ts';
import type { Tally } from './tally.ts';

export interface SubscriberPlan {
  port: number;
  /** The upgrade request, ready to be sent. */
  request: string;
  /** Whether the server says something first; only then the socket counts as open. */
  isGreeted: boolean;
}

export interface Subscriber {
  isOpen(): boolean;
  close(): void;
}

/**
 * All sockets read into this one: its content is used up before the next read. A buffer for each would
 * not stay in the processor's cache.
 */
const readBuffer = Buffer.allocUnsafeSlow(256 * 1024);

const openTimeoutMs = 20_000;
const closeCodeNone = 1005;
const closeCodeAbnormal = 1006;

/** Resolves when the socket is open; `onLost` learns of the close code when it ends by itself later. */
export const openSubscriber = (
  plan: SubscriberPlan,
  tally: Tally,
  onLost: (closeCode: number) => void,
): Promise<Subscriber> =>
  new Promise((resolve, reject) => {
    let isOpen = false;
    let closeCode = closeCodeAbnormal;
    let onBytes = (chunk: Buffer, length: number): void => readHead(chunk, length);

    const opened = () => {
      if (isOpen) return;
      isOpen = true;
      socket.setTimeout(0);
      resolve({ isOpen: () => isOpen, close: () => close(socket) });
    };
    const reader = createFrameReader((opcode, bytes, start, end) => {
      if (opcode === opcodes.text) tally.frame(bytes, start, end);
      else if (opcode === opcodes.ping) socket.write(emptyPong);
      else if (opcode === opcodes.close) closeCode = readCloseCode(bytes, start, end);
      if (!isOpen) opened();
    });
    const readFrames = (chunk: Buffer, length: number): void => {
      tally.chunk(length);
      reader.push(chunk, length);
    };
    const readHead = (chunk: Buffer, length: number): void => {
      const answer = readUpgradeAnswer(chunk.subarray(0, length));
      if (answer === undefined) throw new Error('the head of an upgrade came in pieces');
      if (answer.status !== 101) throw new Error(`upgrade refused with ${answer.status}`);
      onBytes = readFrames;
      if (!plan.isGreeted) opened();
      const rest = chunk.subarray(answer.headBytes, length);
      if (rest.length > 0) readFrames(rest, rest.length);
    };

    const socket = connect({
      port: plan.port,
      host: '127.0.0.1',
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
    socket.write(plan.request, 'latin1');
    socket.setTimeout(openTimeoutMs, () => socket.destroy(new Error('a socket did not open')));
    // Why a socket broke is told by `reject` when it never opened; later its loss alone counts.
    socket.on('error', reject);
    socket.on('close', () => {
      reject(new Error(`closed with ${closeCode} before it was open`));
      if (isOpen) onLost(closeCode);
      isOpen = false;
    });
  });

const close = (socket: Socket): void => {
  socket.removeAllListeners('close');
  socket.destroy();
};

const readCloseCode = (bytes: Buffer, start: number, end: number): number =>
  end - start >= 2 ? bytes.readUInt16BE(start) : closeCodeNone;
