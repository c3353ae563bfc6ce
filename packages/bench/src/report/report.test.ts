import { describe, expect, test } from 'vitest';
import type { Turn } from '../workload/turn.ts';
import { renderJson, replaceMeasured } from './result-file.ts';
import { summarize } from './summary.ts';
import { renderBackground, renderResults } from './delivery-table.ts';

const latency = (p50Ms: number) => ({ count: 9, p50Ms, p99Ms: p50Ms * 2, p999Ms: 9, maxMs: 9 });

const turn = (contender: string, deliveriesPerS: number, changes: object = {}): Turn => ({
  round: 1,
  contender,
  load: '8 publishers',
  result: {
    deliveriesPerS,
    acceptedPerS: 1,
    refusedPerS: 0,
    bytesPerDelivery: 200,
    deliveriesPerRead: 4,
    delivery: latency(10),
    answer: latency(5),
    serverCpuSPerMillion: 1.5,
    serverCpuSPerMillionMessages: 150,
    coresByRole: { edge: { user: 0.25, kernel: 0.5 } },
    redisShare: 0.04,
    generatorCores: 0.3,
    strangersCores: 0.01,
    idleCores: 0,
    limits: [],
    delivered: 1,
    drainMs: 0,
    losses: {},
    residentMiB: 100,
    ...changes,
  },
});

describe('summarize', () => {
  test('takes medians over the rounds and the worst of what was delivered', () => {
    const [row] = summarize([
      turn('uws', 100, { delivered: 0.5 }),
      turn('uws', 900),
      turn('uws', 300, { limits: ['edge'] }),
    ]);
    expect(row).toMatchObject({ deliveriesPerS: 300, delivered: 0.5, limits: ['edge'] });
    expect(row?.coresByRole).toEqual({ edge: 0.75 });
  });

  test('leaves out disturbed turns where there are better ones', () => {
    const disturbed = { strangersCores: 1.2, limits: ['other programs'] };
    const [row] = summarize([turn('uws', 100, disturbed), turn('uws', 900)]);
    expect(row).toMatchObject({ deliveriesPerS: 900, turns: 1, disturbedTurns: 1, limits: [] });
    const [only] = summarize([turn('uws', 100, disturbed)]);
    expect(only).toMatchObject({ deliveriesPerS: 100, turns: 1, disturbedTurns: 1 });
  });

  test('relates each row to the minimal design under the same load', () => {
    const rows = summarize([
      turn('minimal', 400),
      turn('uws', 800, { delivery: latency(5), serverCpuSPerMillion: 3 }),
      { ...turn('uws', 1), load: '32 publishers' },
    ]);
    expect(summarize([turn('minimal', 1), turn('ws', 2)], 'ws').map(({ times }) => times)).toEqual([
      expect.objectContaining({ deliveries: 0.5 }),
      null,
    ]);
    expect(rows.map(({ times }) => times)).toEqual([
      null,
      { deliveries: 2, p99: 0.5, cpu: 2, accepted: 1, answerP99: 1, cpuOfMessages: 1 },
      null,
    ]);
  });
});

describe('tables', () => {
  test('have lines of equal width, one for each row', () => {
    const rows = summarize([
      turn('minimal', 2_500_000),
      turn('uws', 40_000, { delivered: 0.99999, strangersCores: 1 }),
    ]);
    for (const table of [renderResults(rows), renderBackground(rows)]) {
      const lines = table.split('\n');
      expect(lines).toHaveLength(4);
      expect(new Set(lines.map(({ length }) => length)).size).toBe(1);
    }
    expect(renderResults(rows)).toMatch(/minimal \| +2\.50 M \|/);
    expect(renderResults(rows)).toContain(' 99.999 % ');
    expect(renderBackground(rows)).toContain(' 1 (1 disturbed) ');
  });
});

describe('replaceMeasured', () => {
  test('changes what lies between the marks and nothing else', () => {
    const first = replaceMeasured('# fan-out\n\nWhy.\n', 'one');
    const second = replaceMeasured(`${first}\n## Where the time goes\n`, 'two');
    expect(second).toContain(
      '# fan-out\n\nWhy.\n\n<!-- measured: begin -->\ntwo\n<!-- measured: end',
    );
    expect(second).toContain('## Where the time goes');
    expect(second).not.toContain('one');
  });

  test('leaves the sections of other workloads alone', () => {
    const storm = replaceMeasured('# survival\n', 'first storm', 'storm');
    const both = replaceMeasured(storm, 'cuts', 'cuts');
    expect(replaceMeasured(both, 'second storm', 'storm')).toBe(
      both.replace('first storm', 'second storm'),
    );
  });
});

describe('renderJson', () => {
  test('puts lists of plain values on one line and changes nothing', () => {
    const value = { peers: ['uws', 'minimal'], turns: [{ limits: [], load: [1, 2] }] };
    const text = renderJson(value);
    expect(text).toContain('"peers": ["uws", "minimal"]');
    expect(JSON.parse(text)).toEqual(value);
  });
});
