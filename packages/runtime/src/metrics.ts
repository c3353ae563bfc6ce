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
}

/** The counter of these values of the labels, in the order of their names; made when it is first asked for. */
export type CounterFamily = (...values: string[]) => Counter;

export interface Metrics {
  counter(text: MetricText): Counter;
  /** A number that another part counts: `read` never gives less than before. */
  readCounter(text: MetricText, read: () => number): void;
  /**
   * The counters of one name, one per value of its label or labels (at most a few dozen: each is a series for
   * ever). The name is there from the start, a series from when its values are first asked for.
   */
  family(text: MetricText, labelNames: readonly string[]): CounterFamily;
  /** A value that is read by `read` at each scrape; several with different `labels` are series of one name. */
  gauge(text: MetricText & { labels?: Labels }, read: () => number): void;
  /** A distribution; `buckets` are upper bounds in the unit that the name ends with. */
  histogram(text: MetricText & { buckets: readonly number[] }): { observe(value: number): void };
  /** Everything in Prometheus' text format. */
  render(): Promise<string>;
  /** Name and help of all that Node and the system tell by themselves. */
  defaults(): Promise<readonly DefaultMetric[]>;
  readonly contentType: string;
}

export interface DefaultMetric {
  readonly name: string;
  readonly kind: string;
  readonly help: string;
}

interface Series {
  labels: Labels;
  read: () => number;
}

/** A registry of its own, with Node's default metrics (event loop delay, memory, GC, handles). */
export const createMetrics = (options: { defaults?: boolean } = {}): Metrics => {
  const registry = new Registry();
  if (options.defaults !== false) collectDefaultMetrics({ register: registry });
  const defaults = registry.getMetricsAsArray().map(({ name }) => name);
  const gauges = new Map<string, Series[]>();
  return {
    counter(text) {
      const counter = { value: 0 };
      createCounter(
        registry,
        text,
        alone(() => counter.value),
      );
      return counter;
    },
    readCounter: (text, read) => createCounter(registry, text, alone(read)),
    family: (text, names) => createFamily(registry, text, names),
    gauge({ labels = {}, ...text }, read) {
      const known = gauges.get(text.name);
      if (known !== undefined) return void known.push({ labels, read });
      const series = [{ labels, read }];
      gauges.set(text.name, series);
      createGauge(registry, text, { names: Object.keys(labels), series });
    },
    histogram: ({ buckets, ...text }) =>
      new Histogram({ ...text, buckets: [...buckets], registers: [registry] }),
    render: () => registry.metrics(),
    async defaults() {
      const all = await registry.getMetricsAsJSON();
      return all
        .filter(({ name }) => defaults.some((own) => name.startsWith(own)))
        .map(({ name, type, help }) => ({ name, kind: String(type), help }));
    },
    contentType: registry.contentType,
  };
};

const alone = (read: () => number): AllSeries => ({ names: [], series: [{ labels: {}, read }] });

const createFamily = (
  registry: Registry,
  text: MetricText,
  names: readonly string[],
): CounterFamily => {
  const counters = new Map<string, Counter>();
  const series: Series[] = [];
  createCounter(registry, text, { names, series });
  return (...values) => {
    const key = values.length === 1 ? values[0]! : values.join(' ');
    const known = counters.get(key);
    if (known !== undefined) return known;
    const made = { value: 0 };
    counters.set(key, made);
    const labels = Object.fromEntries(names.map((name, index) => [name, values[index]!]));
    series.push({ labels, read: () => made.value });
    return made;
  };
};

interface AllSeries {
  readonly names: readonly string[];
  readonly series: readonly Series[];
}

const createCounter = (
  registry: Registry,
  text: MetricText,
  { names, series }: AllSeries,
): void => {
  void new PromCounter({
    ...text,
    labelNames: [...names],
    registers: [registry],
    collect() {
      this.reset();
      for (const { labels, read } of series) this.inc(labels, read());
    },
  });
};

const createGauge = (registry: Registry, text: MetricText, { names, series }: AllSeries): void => {
  void new Gauge({
    ...text,
    labelNames: [...names],
    registers: [registry],
    collect() {
      for (const { labels, read } of series) this.set(labels, read());
    },
  });
};
