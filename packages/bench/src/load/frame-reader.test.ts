import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { createFrameReader } from './frame-reader.ts';

const frame = (opcode: number, payload: Buffer): Buffer =>
  Buffer.concat([header(opcode, payload.length), payload]);

const header = (opcode: number, length: number): Buffer => {
  if (length < 126) return Buffer.from([0x80 | opcode, length]);
  const long = Buffer.alloc(length < 65_536 ? 4 : 10);
  long[0] = 0x80 | opcode;
  long[1] = length < 65_536 ? 126 : 127;
  if (length < 65_536) long.writeUInt16BE(length, 2);
  else long.writeBigUInt64BE(BigInt(length), 2);
  return long;
};

const readAll = (chunks: readonly Buffer[]): [number, string][] => {
  const frames: [number, string][] = [];
  const reader = createFrameReader((opcode, bytes, start, end) => {
    frames.push([opcode, bytes.toString('latin1', start, end)]);
  });
  for (const chunk of chunks) reader.push(chunk, chunk.length);
  return frames;
};

const cut = (bytes: Buffer, sizes: readonly number[]): Buffer[] => {
  const chunks: Buffer[] = [];
  let from = 0;
  for (let at = 0; from < bytes.length; at += 1) {
    const size = Math.max(1, sizes[at % sizes.length] ?? 1);
    chunks.push(bytes.subarray(from, from + size));
    from += size;
  }
  return chunks;
};

const lengths = fc.oneof(
  fc.integer({ min: 0, max: 300 }),
  fc.constantFrom(125, 126, 65_535, 65_536, 70_000),
);

describe('createFrameReader', () => {
  test.prop([
    fc.array(fc.tuple(fc.constantFrom(1, 8, 9), lengths), { maxLength: 12 }),
    fc.array(fc.oneof(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 99_999 })), {
      minLength: 1,
    }),
  ])('gives the same frames however the bytes are cut', (plans, sizes) => {
    const sent = plans.map(([opcode, length], index): [number, string] => [
      opcode,
      String.fromCharCode(97 + index).repeat(length),
    ]);
    const bytes = Buffer.concat(
      sent.map(([opcode, text]) => frame(opcode, Buffer.from(text, 'latin1'))),
    );
    expect(readAll(cut(bytes, sizes))).toEqual(sent);
  });

  test('reads no further than the length that it is given', () => {
    const frames: number[] = [];
    const reader = createFrameReader((opcode) => frames.push(opcode));
    reader.push(Buffer.concat([frame(1, Buffer.from('new')), frame(9, Buffer.from('old'))]), 5);
    expect(frames).toEqual([1]);
  });

  test('refuses a masked frame and one that is larger than any server sends', () => {
    expect(() => readAll([Buffer.from([0x81, 0x80, 0, 0, 0, 0])])).toThrow('masked');
    expect(() => readAll([header(1, 17 * 1024 * 1024)])).toThrow('17825792 bytes');
  });
});
