import { fc, test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { partitionOf } from './partition.ts';

describe('partitionOf', () => {
  // From another implementation (Python). A deployment's keys depend on these: a change loses every log.
  it.each([
    ['', 16, 11],
    ['1', 16, 15],
    ['42', 16, 13],
    ['chat-42', 16, 2],
    ['чат', 16, 14],
    ['😀', 7, 4],
  ])('puts %j of %d partitions into %d for ever', (chatId, partitions, partition) => {
    expect(partitionOf(chatId, partitions)).toBe(partition);
  });

  test.prop([fc.string({ unit: 'binary' }), fc.integer({ min: 1, max: 4096 })])(
    'stays in range and is stable',
    (chatId, partitions) => {
      const partition = partitionOf(chatId, partitions);
      expect(partition).toBeGreaterThanOrEqual(0);
      expect(partition).toBeLessThan(partitions);
      expect(partitionOf(chatId, partitions)).toBe(partition);
    },
  );

  const idShapes: [string, (index: number) => string][] = [
    ['rising numbers', String],
    ['numbers with a prefix', (index) => `chat-${index}`],
    ['even numbers', (index) => String(index * 2)],
    ['multiples of 16', (index) => String(index * 16)],
    ['hexadecimal', (index) => (index * 2_654_435_761).toString(16).padStart(16, '0')],
    [
      'UUID-like',
      (index) => `0190a5f1-${index.toString(16).padStart(4, '0')}-7000-8000-000000000000`,
    ],
  ];

  it.each(idShapes)('spreads %s evenly', (_shape, idOf) => {
    const counts = Array.from({ length: 16 }, () => 0);
    for (let index = 0; index < 16_000; index += 1) counts[partitionOf(idOf(index), 16)]! += 1;
    // 1 000 expected in each; a fair die stays within ±15 % (5 standard deviations).
    expect(Math.min(...counts)).toBeGreaterThan(850);
    expect(Math.max(...counts)).toBeLessThan(1_150);
  });

  test.prop([fc.string({ maxLength: 12 }), fc.constantFrom(4, 16, 64)], { numRuns: 30 })(
    'spreads the ids of any one backend',
    (prefix, partitions) => {
      const counts = Array.from({ length: partitions }, () => 0);
      const each = 200;
      for (let index = 0; index < each * partitions; index += 1)
        counts[partitionOf(`${prefix}${index}`, partitions)]! += 1;
      const chiSquare = counts.reduce((sum, count) => sum + (count - each) ** 2 / each, 0);
      const freedom = partitions - 1;
      expect(chiSquare).toBeLessThan(freedom + 6 * Math.sqrt(2 * freedom) + 10);
    },
  );
});
