import { expect, test } from 'vitest';
import { openLoop } from './load-shape.ts';

test.each([
  [1, 2],
  [5, 10],
  [31, 62],
  [32, 64],
  [500, 64],
])(
  'an open loop of %d messages/s has %d connections, each used every two seconds',
  (rate, connections) => {
    expect(openLoop(rate)).toEqual({ kind: 'open', connections, ratePerS: rate });
  },
);
