import { describe, expect, test } from 'vitest';
import { parseSimulateOptions } from './options.ts';

describe('parseSimulateOptions', () => {
  test('looks at 100 000, a million and ten million visitors by default', () => {
    const { demands, isJson, refitFrom } = parseSimulateOptions([]);
    expect(demands.map(({ sockets }) => sockets)).toEqual([1e5, 1e6, 1e7]);
    expect(demands.map(({ operators }) => operators)).toEqual([1e3, 1e4, 1e5]);
    expect({ isJson, refitFrom }).toEqual({ isJson: false, refitFrom: undefined });
  });

  test('takes numbers with k and M', () => {
    const args = ['--sockets', '2.5M', '--operators', '1k', '--posted', '0.25'];
    expect(parseSimulateOptions(args).demands).toEqual([
      expect.objectContaining({ sockets: 2.5e6, operators: 1000, postedPart: 0.25 }),
    ]);
  });

  test('fits anew to the results that are named, or to the newest', () => {
    expect(parseSimulateOptions(['--refit']).refitFrom).toEqual([]);
    expect(parseSimulateOptions(['--refit', 'a.json']).refitFrom).toEqual(['a.json']);
  });

  test.each([
    [['--sockets', '10X'], '--sockets 10X'],
    [['--posted', '2'], '--posted 2'],
    [['10M'], 'what is 10M'],
  ])('refuses %j in words', (args, words) => {
    expect(() => parseSimulateOptions(args)).toThrow(words);
  });
});
