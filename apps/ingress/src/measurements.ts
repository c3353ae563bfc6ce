/** What ingress counts, as metrics with names and units. */
import { labelled, textOf, type Metrics } from '@switchboard/runtime';
import { ingressMetrics } from './metric-descriptions.ts';

export interface Measurements {
  /** An HTTP request was answered. `route` is the pattern, never the URL: ids would be series. */
  answered(route: string, method: string, status: number): void;
  /** A request was answered with a problem. */
  refused(code: string): void;
  /** A request was answered 429 for the sake of what was accepted before. */
  heldBack(by: 'overload' | 'service' | 'concurrency'): void;
  /** A request waited for its turn. */
  paced(): void;
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
  const requests = metrics.family(...labelled(ingressMetrics.requests));
  const refusals = metrics.family(...labelled(ingressMetrics.refusals));
  const heldBack = metrics.family(...labelled(ingressMetrics.heldBack));
  const paced = metrics.counter(textOf(ingressMetrics.paced));
  const appends = metrics.family(...labelled(ingressMetrics.appends));
  const appendMs = metrics.histogram({
    ...textOf(ingressMetrics.appendDuration),
    buckets: appendBucketsMs,
  });
  return {
    answered: (route, method, status) => void (requests(route, method, String(status)).value += 1),
    refused: (code) => void (refusals(code).value += 1),
    heldBack: (by) => void (heldBack(by).value += 1),
    paced: () => void (paced.value += 1),
    describeOverload({ edgesLagMs, acceptedPerSecond }) {
      metrics.gauge(textOf(ingressMetrics.edgesLag), edgesLagMs);
      metrics.gauge(textOf(ingressMetrics.acceptedMax), acceptedPerSecond);
    },
    appended(outcome, ms) {
      appendMs.observe(ms);
      appends(outcome).value += 1;
    },
  };
}
