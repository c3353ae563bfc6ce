/**
 * Measurements of a process in Prometheus' format. Counters are plain numbers (`counter.value += 1`) that
 * are read when somebody scrapes: a labelled `inc()` costs 240 ns, which the fan-out cannot afford.
 */
import {
  Counter as PromCounter,
  Gauge,
  Histogram,
  Registry,
  collectDefaultMetrics,
} from 'prom-client';

type Labels = Readonly<Record<string, string>>;

/** A number that only grows; add to it. */
export interface Counter {
  value: number;
}

interface MetricText {
  /** Full name with unit, e.g. `switchboard_edge_frames_total`. */
  name: string;
  help: string;
  /** Fixed labels of this one series; several series of one name must use the same label names. */
  labels?: Labels;
}

export interface Metrics {
  counter(text: MetricText): Counter;
  /** A value that is read by `read` at each scrape. */
  gauge(text: MetricText, read: () => number): void;
  /** A distribution; `buckets` are upper bounds in the unit that the name ends with. */
  histogram(text: MetricText & { buckets: number[] }): { observe(value: number): void };
  /** Everything in Prometheus' text format. */
  render(): Promise<string>;
  readonly contentType: string;
}

interface Series {
  labels: Labels;
  read: () => number;
}

/** A registry of its own, with Node's default metrics (event loop delay, memory, GC, handles). */
export const createMetrics = (options: { defaults?: boolean } = {}): Metrics => {
  const registry = new Registry();
  if (options.defaults !== false) collectDefaultMetrics({ register: registry });
  const seriesByName = new Map<string, Series[]>();

  const register = (text: MetricText, read: () => number, create: typeof createCounter) => {
    const { name, labels = {} } = text;
    const known = seriesByName.get(name);
    if (known !== undefined) return void known.push({ labels, read });
    const series = [{ labels, read }];
    seriesByName.set(name, series);
    create(registry, text, series);
  };

  return {
    counter: (text) => {
      const counter = { value: 0 };
      register(text, () => counter.value, createCounter);
      return counter;
    },
    gauge: (text, read) => register(text, read, createGauge),
    histogram: ({ name, help, labels = {}, buckets }) =>
      new Histogram({
        name,
        help,
        buckets,
        labelNames: Object.keys(labels),
        registers: [registry],
      }).labels(labels),
    render: () => registry.metrics(),
    contentType: registry.contentType,
  };
};

const createCounter = (registry: Registry, text: MetricText, series: readonly Series[]): void => {
  void new PromCounter({
    ...settings(registry, text),
    collect() {
      this.reset();
      for (const { labels, read } of series) this.inc(labels, read());
    },
  });
};

const createGauge = (registry: Registry, text: MetricText, series: readonly Series[]): void => {
  void new Gauge({
    ...settings(registry, text),
    collect() {
      for (const { labels, read } of series) this.set(labels, read());
    },
  });
};

const settings = (registry: Registry, { name, help, labels = {} }: MetricText) => ({
  name,
  help,
  labelNames: Object.keys(labels),
  registers: [registry],
});
