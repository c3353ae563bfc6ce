import { setImmediate } from 'node:timers/promises';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { inOrder } from './in-order.ts';

test('keeps the order within each lane, runs no more than it may, and answers at the right places', async () => {
  const lanes = fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 30 });
  await fc.assert(
    fc.asyncProperty(lanes, fc.integer({ min: 1, max: 4 }), async (numbers, maxConcurrency) => {
      const finished: number[] = [];
      let running = 0;
      let most = 0;
      const jobs = numbers.map((lane, index) => ({
        lane: String(lane),
        run: async () => {
          most = Math.max(most, (running += 1));
          await setImmediate();
          running -= 1;
          finished.push(index);
          return index;
        },
      }));
      expect(await inOrder(jobs, maxConcurrency)).toEqual(numbers.map((_, index) => index));
      expect(most).toBeLessThanOrEqual(maxConcurrency);
      for (const lane of new Set(numbers)) {
        const order = finished.filter((index) => numbers[index] === lane);
        expect(order).toEqual([...order].sort((a, b) => a - b));
      }
    }),
    { numRuns: 50 },
  );
});

test('runs different lanes side by side', async () => {
  const gate = Promise.withResolvers<string>();
  const jobs = [
    { lane: 'a', run: () => gate.promise },
    { lane: 'b', run: async () => (gate.resolve('opened by b'), 'b') },
  ];
  expect(await inOrder(jobs, 2)).toEqual(['opened by b', 'b']);
});
