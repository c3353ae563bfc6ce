import { describe, expect, test } from 'vitest';
import { parseOptions } from './options.ts';

describe('parseOptions', () => {
  test('measures fan-out with all contenders by default', () => {
    expect(parseOptions(['fan-out'])).toMatchObject({
      workloads: ['fan-out'],
      peers: undefined,
      fanOut: { subscribers: 1000, seconds: 5, rounds: 2 },
      isKept: false,
    });
    expect(parseOptions(['fan-out']).fanOut.loads).toHaveLength(5);
  });

  test('leaves out a kind of load that is given as 0', () => {
    const { loads } = parseOptions(['fan-out', '--publishers', '0', '--rate', '50']).fanOut;
    expect(loads).toEqual([{ kind: 'open', connections: 64, ratePerS: 50 }]);
  });

  test('takes several workloads, whose rate and seconds are their own', () => {
    const { workloads, survival, fanOut } = parseOptions(['storm', 'cuts', '--rate', '80']);
    expect(workloads).toEqual(['storm', 'cuts']);
    expect(survival).toEqual({ clients: 10_000, roomSize: 100, ratePerS: 80, seconds: 45 });
    expect(fanOut.loads).toEqual([]);
  });

  test('overloads for a minute by default', () => {
    expect(parseOptions(['overload']).overload).toEqual({
      subscribers: 2000,
      chats: 256,
      seconds: 60,
    });
  });

  test.each([
    [['elsewhere'], 'workload'],
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
