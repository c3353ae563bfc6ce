/** What ingress counts, as metrics with names and units. */
import type { Counter, Metrics } from '@switchboard/runtime';

export interface Measurements {
  /** An HTTP request was answered. `route` is the pattern, never the URL: ids would be series. */
  answered(route: string, method: string, status: number): void;
  /** A request was answered with a problem. */
  refused(code: string): void;
  /** A request was answered 429 for the sake of what was accepted before. */
  heldBack(by: 'overload' | 'service' | 'concurrency'): void;
  describeOverload(gauges: OverloadGauges): void;
  /** An append settled. */
  appended(outcome: string, ms: number): void;
}

export interface OverloadGauges {
  readonly edgesLagMs: () => number;
  /** -1 while there is no limit. */
  readonly acceptedPerSecond: () => number;
}

/** Upper bounds in ms: Redis answers within one; the deadline is a few thousand. */
const appendBucketsMs = [0.5, 1, 2, 5, 10, 25, 50, 100, 250, 1000, 3000];

export function createMeasurements(metrics: Metrics): Measurements {
  const series = createSeries(metrics);
  const appendMs = metrics.histogram({
    name: 'switchboard_ingress_append_duration_ms',
    help: 'Time of an append from the call to its answer.',
    buckets: appendBucketsMs,
  });
  return {
    answered(route, method, status) {
      series('switchboard_ingress_requests_total', 'HTTP requests by route and status.', {
        route,
        method,
        status: String(status),
      }).value += 1;
    },
    refused(code) {
      series('switchboard_ingress_refusals_total', 'Requests answered with a problem, by code.', {
        code,
      }).value += 1;
    },
    heldBack(by) {
      series('switchboard_ingress_held_back_total', 'Requests answered 429, by what for.', {
        by,
      }).value += 1;
    },
    describeOverload({ edgesLagMs, acceptedPerSecond }) {
      const lag = { name: 'switchboard_ingress_edges_lag_milliseconds' };
      metrics.gauge({ ...lag, help: 'The worst lag that an edge tells of; 0: none' }, edgesLagMs);
      const rate = { name: 'switchboard_ingress_accepted_max_per_second' };
      metrics.gauge({ ...rate, help: 'Limit for the lag of edges; -1: none' }, acceptedPerSecond);
    },
    appended(outcome, ms) {
      appendMs.observe(ms);
      series(
        'switchboard_ingress_appends_total',
        'Appends by outcome (duplicate: nothing was emitted).',
        {
          outcome,
        },
      ).value += 1;
    },
  };
}

type Series = (name: string, help: string, labels: Record<string, string>) => Counter;

/** Series come into being when they are first counted. */
function createSeries(metrics: Metrics): Series {
  const known = new Map<string, Counter>();
  return (name, help, labels) => {
    const key = `${name} ${Object.values(labels).join(' ')}`;
    let counter = known.get(key);
    if (counter === undefined) {
      counter = metrics.counter({ name, help, labels });
      known.set(key, counter);
    }
    return counter;
  };
}
