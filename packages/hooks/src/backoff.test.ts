import { fc, test as property } from '@fast-check/vitest';
import { expect, test } from 'vitest';
import { backoffMs } from './backoff.ts';

test('the bound doubles with each failure, up to the greatest', () => {
  const bounds = [0, 1, 2, 3, 4, 5, 2000].map((attempt) =>
    backoffMs(attempt, { firstMs: 500, maxMs: 4000 }, () => 1),
  );
  expect(bounds).toEqual([500, 1000, 2000, 4000, 4000, 4000, 4000]);
});

property.prop([fc.nat(100), fc.double({ min: 0, max: 1, noNaN: true })])(
  'the pause is anything up to the bound',
  (attempt, chance) => {
    const bound = backoffMs(attempt, { firstMs: 1, maxMs: 1e6 }, () => 1);
    expect(backoffMs(attempt, { firstMs: 1, maxMs: 1e6 }, () => chance)).toBe(bound * chance);
  },
);
