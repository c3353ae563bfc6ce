import { describe, expect, test } from 'vitest';
import { createLatencyRecorder, reportLatency } from './latency.ts';

const record = (latenciesUs: readonly number[]): string => {
  const recorder = createLatencyRecorder();
  for (const latencyUs of latenciesUs) recorder.record(latencyUs);
  return recorder.take();
};

const fromTo = (first: number, last: number): number[] =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index);

describe('latencies', () => {
  test('of several recorders are reported together, to a thousandth', () => {
    const ms = (values: number[]) => values.map((value) => value * 1000);
    const report = reportLatency([record(ms(fromTo(1, 600))), record(ms(fromTo(601, 1000)))]);
    expect(report.count).toBe(1000);
    expect(report.p50Ms / 500).toBeCloseTo(1, 2);
    expect(report.p99Ms / 990).toBeCloseTo(1, 2);
    expect(report.p999Ms / 999).toBeCloseTo(1, 2);
    expect(report.maxMs / 1000).toBeCloseTo(1, 2);
  });

  test('are forgotten once they were taken', () => {
    const recorder = createLatencyRecorder();
    recorder.record(5000);
    recorder.take();
    recorder.record(9000);
    expect(reportLatency([recorder.take()])).toMatchObject({
      count: 1,
      p50Ms: expect.closeTo(9, 1) as number,
    });
  });

  test('out of range count as the nearest in range', () => {
    const report = reportLatency([record([-3, 0, 1e9])]);
    expect(report.count).toBe(3);
    expect(report.p50Ms).toBe(0.001);
    expect(report.maxMs / 120_000).toBeCloseTo(1, 2);
  });

  test('that were never recorded are zeros', () => {
    expect(reportLatency([])).toMatchObject({ count: 0, p999Ms: 0 });
    expect(reportLatency([record([])])).toMatchObject({ count: 0 });
  });
});
