import { fc, test as propertyTest } from '@fast-check/vitest';
import { describe, expect, test } from 'vitest';
import { solveNonNegative } from './least-squares.ts';

const costs = fc.array(fc.double({ min: 0.1, max: 100, noNaN: true }), {
  minLength: 3,
  maxLength: 3,
});

describe('solveNonNegative', () => {
  propertyTest.prop([costs], { numRuns: 20 })(
    'finds the costs that made the values',
    (expected) => {
      const parts = [
        [1, 0, 0],
        [1, 2, 0],
        [1, 4, 3],
        [0, 1, 8],
        [1, 2, 20],
      ];
      const valueOf = (line: number[]) =>
        line.reduce((sum, part, at) => sum + part * (expected[at] ?? 0), 0);
      const found = solveNonNegative(parts.map((line) => ({ parts: line, value: valueOf(line) })));
      for (const [at, cost] of expected.entries()) expect(found[at]! / cost).toBeCloseTo(1, 3);
    },
  );

  test('never finds a cost below zero', () => {
    const [rising = -1, falling = -1] = solveNonNegative([
      { parts: [1, 1], value: 10 },
      { parts: [1, 5], value: 6 },
    ]);
    expect(rising).toBeGreaterThan(0);
    expect(falling).toBe(0);
  });

  test('gives 0 for what no equation knows', () => {
    expect(solveNonNegative([{ parts: [2, 0], value: 6 }])).toEqual([3, 0]);
    expect(solveNonNegative([])).toEqual([]);
  });
});
