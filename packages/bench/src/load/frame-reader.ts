/**
 * Splits what a server sends into WebSocket frames (RFC 6455, section 5.2), as cheaply as can be: nothing is
 * copied but a frame that two chunks share, nothing is decoded. Fragments and extensions are not expected.
 */

/** The payload is `bytes` from `start` to `end`, valid during the call only. */
export type OnFrame = (opcode: number, bytes: Buffer, start: number, end: number) => void;

export interface FrameReader {
  /** Takes the first `length` bytes of `chunk`. Throws when a server cannot have meant them. */
  push(chunk: Buffer, length: number): void;
}

export const opcodes = { text: 1, close: 8, ping: 9, pong: 10 } as const;

const frameMaxBytes = 16 * 1024 * 1024;
const minimalHeaderBytes = 2;

export const createFrameReader = (onFrame: OnFrame): FrameReader => {
  let held: Buffer = Buffer.allocUnsafe(0);
  let heldBytes = 0;

  const hold = (chunk: Buffer, from: number, to: number): void => {
    const needed = heldBytes + to - from;
    if (needed > held.length) held = enlarge(held, needed);
    chunk.copy(held, heldBytes, from, to);
    heldBytes = needed;
  };

  /** Completes the frame that the last chunk broke off; gives how much of this one that took. */
  const finishHeld = (chunk: Buffer, length: number): number => {
    for (let from = 0; ;) {
      const size = frameSize(held, 0, heldBytes);
      if (size === heldBytes && size > 0) {
        heldBytes = 0;
        emit(onFrame, held, 0, size);
        return from;
      }
      if (from === length) return from;
      const wanted = (size === 0 ? wantedHeaderBytes(held, heldBytes) : size) - heldBytes;
      const to = Math.min(from + wanted, length);
      hold(chunk, from, to);
      from = to;
    }
  };

  return {
    push: (chunk, length) => {
      let from = heldBytes === 0 ? 0 : finishHeld(chunk, length);
      while (from < length) {
        const size = frameSize(chunk, from, length);
        if (size === 0 || from + size > length) break;
        emit(onFrame, chunk, from, from + size);
        from += size;
      }
      if (from < length) hold(chunk, from, length);
    },
  };
};

const emit = (onFrame: OnFrame, bytes: Buffer, from: number, to: number): void => {
  const opcode = (bytes[from] as number) & 15;
  onFrame(opcode, bytes, from + headerBytes(bytes[from + 1] as number), to);
};

/** Header and payload together, in bytes; 0 while the header is not complete. */
const frameSize = (bytes: Buffer, from: number, to: number): number => {
  if (to - from < minimalHeaderBytes) return 0;
  const short = bytes[from + 1] as number;
  if (short < 126) return minimalHeaderBytes + short;
  return longFrameSize(bytes, from, to);
};

const longFrameSize = (bytes: Buffer, from: number, to: number): number => {
  const short = bytes[from + 1] as number;
  if (short > 127) throw new Error('a server sent a masked frame');
  if (to - from < headerBytes(short)) return 0;
  const at = from + minimalHeaderBytes;
  const payload = short === 126 ? bytes.readUInt16BE(at) : Number(bytes.readBigUInt64BE(at));
  if (payload > frameMaxBytes) throw new Error(`a server sent a frame of ${payload} bytes`);
  return headerBytes(short) + payload;
};

/** The header's size follows from its second byte: the short length, or 126 and 127 for longer ones. */
const headerBytes = (short: number): number => {
  if (short < 126) return minimalHeaderBytes;
  return short === 126 ? minimalHeaderBytes + 2 : minimalHeaderBytes + 8;
};

const wantedHeaderBytes = (bytes: Buffer, length: number): number =>
  length < minimalHeaderBytes ? minimalHeaderBytes : headerBytes(bytes[1] as number);

const enlarge = (bytes: Buffer, needed: number): Buffer => {
  const larger = Buffer.allocUnsafe(Math.max(needed, bytes.length * 2));
  bytes.copy(larger);
  return larger;
};
