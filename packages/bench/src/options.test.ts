import { describe, expect, test } from 'vitest';
import { parseOptions } from './options.ts';
import { briefWorkloads } from './workload/workloads.ts';

describe('parseOptions', () => {
  test('measures the brief selection when no workload is named', () => {
    expect(parseOptions([])).toMatchObject({ workloads: briefWorkloads, isBrief: true });
    expect(parseOptions(['--seconds', '2'])).toMatchObject({ isBrief: true });
  });

  test('leaves to the workloads what was not asked for', () => {
    const { isBrief, peers, asked, isKept } = parseOptions(['fan-out']);
    expect({ isBrief, peers, isKept }).toEqual({ isBrief: false, peers: undefined, isKept: false });
    expect(Object.values(asked).filter((value) => value !== undefined)).toEqual([]);
  });

  test('takes several workloads, loads and peers', () => {
    const args = [
      'fan-out',
      'ingest',
      '--rate',
      '80,90',
      '--publishers',
      '0',
      '--peers',
      'ws,nchan',
    ];
    expect(parseOptions(args)).toMatchObject({
      workloads: ['fan-out', 'ingest'],
      peers: ['ws', 'nchan'],
      asked: { rates: [80, 90], publishers: [] },
    });
  });

  test.each([
    [['elsewhere'], 'workload'],
    [['fan-out', '--peers', 'nobody'], 'nobody'],
    [['fan-out', '--seconds', '0'], '--seconds 0'],
    [['fan-out', '--rate', '1.5'], '--rate 1.5'],
    [['fan-out', '--subscriber', '5'], '--subscriber'],
  ])('refuses %j in words', (args, words) => {
    expect(() => parseOptions(args)).toThrow(words);
  });
});
