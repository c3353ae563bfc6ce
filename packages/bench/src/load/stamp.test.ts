import { describe, expect, test } from 'vitest';
import { ageUs, createStampReader, monotonicUs, writeStamp } from './stamp.ts';

const read = (readStamp: ReturnType<typeof createStampReader>, text: string): number => {
  const bytes = Buffer.from(text);
  return readStamp(bytes, 0, bytes.length);
};

describe('stamps', () => {
  test('are read wherever they stand, and where they stood before', () => {
    const readStamp = createStampReader();
    const stamp = writeStamp(1_234_567);
    for (const text of [
      `{"text":"${stamp} Hello"}`,
      `{"text":"${stamp} Hi"}`,
      `x${stamp}`,
      stamp,
    ]) {
      expect(read(readStamp, text)).toBe(1_234_567);
    }
  });

  test('are not found in a frame without one, nor in the frame behind it', () => {
    const readStamp = createStampReader();
    expect(read(readStamp, '{"event":"checkpoint"}')).toBe(-1);
    const two = Buffer.from(`{"event":"checkpoint"}${writeStamp(5)}`);
    expect(readStamp(two, 0, 22)).toBe(-1);
    expect(readStamp(two, 22, two.length)).toBe(5);
  });

  test('tell an age across the wrap of their ten digits', () => {
    const beforeWrapUs = 10 ** 10 - 100;
    const readStamp = createStampReader();
    expect(ageUs(read(readStamp, writeStamp(beforeWrapUs)), beforeWrapUs + 250)).toBe(250);
    expect(ageUs(read(readStamp, writeStamp(7 * 10 ** 10 + 5)), 7 * 10 ** 10 + 25)).toBe(20);
  });

  test('come from a clock that does not go back', () => {
    const before = monotonicUs();
    expect(monotonicUs()).toBeGreaterThanOrEqual(before);
  });
});
