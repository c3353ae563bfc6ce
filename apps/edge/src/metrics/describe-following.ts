/** How this edge follows its logs, as the bus counts it. */
import type { Bus } from '@switchboard/bus';
import { textOf, type Metrics } from '@switchboard/runtime';
import { edgeMetrics } from './descriptions.ts';

export function describeFollowing(metrics: Metrics, stats: Bus['followStats']): void {
  metrics.gauge(textOf(edgeMetrics.follows), () => stats().follows);
  metrics.readCounter(textOf(edgeMetrics.followReads), () => stats().reads);
  metrics.readCounter(textOf(edgeMetrics.followRepaired), () => stats().repaired);
  metrics.readCounter(textOf(edgeMetrics.followLost), () => stats().lost);
  metrics.readCounter(textOf(edgeMetrics.followMalformed), () => stats().malformed);
  metrics.readCounter(textOf(edgeMetrics.followRenewed), () => stats().renewed);
}
