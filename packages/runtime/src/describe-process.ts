/** The gauges that every process has. */
import { processMetrics, textOf } from './metric-descriptions.ts';
import type { Metrics } from './metrics.ts';

export interface ProcessGauges {
  readonly role: 'edge' | 'ingress';
  readonly version: string;
  readonly isReady: () => boolean;
  readonly heartbeatMs: () => number;
}

export const describeProcess = (metrics: Metrics, gauges: ProcessGauges): void => {
  const { role, version, isReady, heartbeatMs } = gauges;
  const { build, ready, heartbeat } = processMetrics(role);
  const labels = { role, version, node: process.versions.node };
  metrics.gauge({ ...textOf(build), labels }, () => 1);
  metrics.gauge(textOf(ready), () => Number(isReady()));
  metrics.gauge(textOf(heartbeat), heartbeatMs);
};
