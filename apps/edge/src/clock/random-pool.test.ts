import { expect, it } from 'vitest';
import { createRandomPool } from './random-pool.ts';

it('random bytes of a pool are given once each, and those given stay as they are', () => {
  let drawn = 0;
  const random = createRandomPool((pool) => {
    for (const i of pool.keys()) pool[i] = drawn += 1;
  }, 8);
  const given = [random(3), random(3), random(3), random(9), random(1)];
  expect(given.map((bytes) => [...bytes])).toEqual([
    [1, 2, 3],
    [4, 5, 6],
    [9, 10, 11],
    [17, 18, 19, 20, 21, 22, 23, 24, 25],
    [26],
  ]);
  expect(drawn).toBe(33);
});
