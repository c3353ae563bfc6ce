import { describe, expect, test } from 'vitest';
import { parseMachineCpu, parseProcessCpu } from './proc-stat.ts';

const stat = (name: string): string =>
  `4242 (${name}) R 1 4242 4242 0 -1 4194560 9000 0 3 0 1250 375 11 22 20 0 11 0 77 1000 200 18446744073709551615`;

describe('parseProcessCpu', () => {
  test('gives user and kernel time in seconds, without waited-for children', () => {
    expect(parseProcessCpu(stat('node'))).toEqual({ userS: 12.5, kernelS: 3.75 });
  });

  test('is not misled by a name with spaces and parentheses', () => {
    expect(parseProcessCpu(stat('node (edge) 1 2'))).toEqual(parseProcessCpu(stat('node')));
  });
});

describe('parseMachineCpu', () => {
  test('tells work, idleness and theft apart', () => {
    const text = 'cpu  1000 100 500 8000 200 30 70 600 400 0\ncpu0 1 2 3 4 5 6 7 8 9 10\n';
    expect(parseMachineCpu(text)).toEqual({ busyS: 17, idleS: 82, stolenS: 6 });
  });
});
