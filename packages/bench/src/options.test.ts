import { describe, expect, test } from 'vitest';
import { parseOptions } from './options.ts';

describe('parseOptions', () => {
  test('measures fan-out with all contenders by default', () => {
    expect(parseOptions(['fan-out'])).toMatchObject({
      peers: ['switchboard', 'minimal', 'uws'],
      subscribers: 1000,
      seconds: 5,
      rounds: 2,
      isKept: false,
    });
    expect(parseOptions(['fan-out']).loads).toHaveLength(5);
  });

  test('leaves out a kind of load that is given as 0', () => {
    const { loads } = parseOptions(['fan-out', '--publishers', '0', '--rate', '50']);
    expect(loads).toEqual([{ kind: 'open', connections: 64, ratePerS: 50 }]);
  });

  test.each([
    [['rooms'], 'workload'],
    [[], 'workload'],
    [['fan-out', '--peers', 'nobody'], 'nobody'],
    [['fan-out', '--seconds', '0'], '--seconds 0'],
    [['fan-out', '--rate', '1.5'], '--rate 1.5'],
    [['fan-out', '--publishers', '0', '--rate', '0'], 'neither'],
    [['fan-out', '--subscriber', '5'], '--subscriber'],
  ])('refuses %j in words', (args, words) => {
    expect(() => parseOptions(args)).toThrow(words);
  });
});
