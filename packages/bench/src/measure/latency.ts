/** Latencies in HDR histograms: 3 significant digits from a microsecond to two minutes. */
import {
  build,
  decodeFromCompressedBase64,
  encodeIntoCompressedBase64,
  initWebAssemblySync,
} from 'hdr-histogram-js';

const highestUs = 120e6;

export interface LatencyRecorder {
  /** What is out of range is taken as the nearest that is in it. */
  record(latencyUs: number): void;
  /** Gives what was recorded since the last call, as text, and starts anew. */
  take(): string;
}

/** In WebAssembly: the library's JavaScript takes eight times as long for a record. */
export const createLatencyRecorder = (): LatencyRecorder => {
  initWebAssemblySync();
  const histogram = build({
    lowestDiscernibleValue: 1,
    highestTrackableValue: highestUs,
    numberOfSignificantValueDigits: 3,
    bitBucketSize: 32,
    useWebAssembly: true,
  });
  return {
    record: (latencyUs) => histogram.recordValue(Math.max(1, Math.min(highestUs, latencyUs))),
    take: () => {
      const text = encodeIntoCompressedBase64(histogram);
      histogram.reset();
      return text;
    },
  };
};

export interface LatencyReport {
  count: number;
  p50Ms: number;
  p99Ms: number;
  p999Ms: number;
  maxMs: number;
}

/** Reports what several recorders took, together. */
export const reportLatency = (taken: readonly string[]): LatencyReport => {
  const [first, ...others] = taken.map((text) => decodeFromCompressedBase64(text));
  if (first === undefined) return { count: 0, p50Ms: 0, p99Ms: 0, p999Ms: 0, maxMs: 0 };
  for (const other of others) first.add(other);
  return {
    count: first.totalCount,
    p50Ms: first.getValueAtPercentile(50) / 1000,
    p99Ms: first.getValueAtPercentile(99) / 1000,
    p999Ms: first.getValueAtPercentile(99.9) / 1000,
    maxMs: first.maxValue / 1000,
  };
};

/** Reports a list of times, in microseconds. */
export const reportTimes = (timesUs: readonly number[]): LatencyReport => {
  const recorder = createLatencyRecorder();
  for (const timeUs of timesUs) recorder.record(timeUs);
  return reportLatency([recorder.take()]);
};
