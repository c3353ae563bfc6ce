import { expect, test } from 'vitest';
import { openLoad } from './load-shape.ts';

test.each([
  [1, 2],
  [5, 10],
  [31, 62],
  [32, 64],
  [500, 64],
])(
  'an open load of %d messages/s has %d connections, each used every two seconds',
  (rate, connections) => {
    expect(openLoad(rate)).toEqual({ kind: 'open', connections, ratePerS: rate });
  },
);
