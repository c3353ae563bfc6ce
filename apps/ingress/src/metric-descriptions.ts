/** Every metric of ingress. `docs/metrics.md` is made from this: `vitest run apps/ingress/src/metric -u`. */
import { processMetrics, type MetricDescription } from '@switchboard/runtime';

export const ingressMetrics = {
  ...processMetrics('ingress'),
  requests: {
    name: 'switchboard_ingress_requests_total',
    kind: 'counter',
    help: 'HTTP requests by route and status',
    labels: {
      route: 'pattern of the route, or `unknown`',
      method: 'HTTP method',
      status: 'HTTP status',
    },
    reading:
      '5xx: 503 is Redis or a stop, 500 a defect (see the log). 429: held back, see below. 4xx: callers.',
  },
  refusals: {
    name: 'switchboard_ingress_refusals_total',
    kind: 'counter',
    help: 'Requests answered with a problem, by code',
    labels: { code: "a problem's code in the protocol" },
    reading: '`unauthorized` after a rotation of API tokens: a caller that still has the old one.',
  },
  heldBack: {
    name: 'switchboard_ingress_held_back_total',
    kind: 'counter',
    help: 'Requests answered 429, by what for',
    labels: { by: '`overload`, `service` or `concurrency`' },
    reading:
      '`overload`: edges are late, add edges. `service`: one calls more than `SERVICE_CALLS_MAX_PER_SECOND`. `concurrency`: add ingresses.',
  },
  paced: {
    name: 'switchboard_ingress_paced_total',
    kind: 'counter',
    help: 'Requests that waited for their turn, up to a quarter of a second, because edges are late',
    reading:
      'A little in a peak is right. All the time: add edges before callers are answered 429.',
  },
  appends: {
    name: 'switchboard_ingress_appends_total',
    kind: 'counter',
    help: 'Appends by outcome (duplicate: nothing was emitted)',
    labels: { outcome: '`appended`, `duplicate`, `keyReused` or `unavailable`' },
    reading:
      '`unavailable`: Redis did not answer in time, the caller got 503 and repeats. `duplicate`: repeats that were caught.',
  },
  appendDuration: {
    name: 'switchboard_ingress_append_duration_ms',
    kind: 'histogram',
    help: 'Time of an append from the call to its answer',
    reading: 'p99 below 10 while Redis has room; it grows first when Redis is at its limit.',
  },
  edgesLag: {
    name: 'switchboard_ingress_edges_lag_milliseconds',
    kind: 'gauge',
    help: 'The worst lag that an edge tells of; 0: none',
    reading: 'Above two fifths of `OVERLOAD_LAG_MS` less is accepted until it falls.',
  },
  acceptedMax: {
    name: 'switchboard_ingress_accepted_max_per_second',
    kind: 'gauge',
    help: 'Limit for the lag of edges, in events per second; -1: none',
    reading: 'Anything but -1: callers are being held back for the edges.',
  },
} as const satisfies Record<string, MetricDescription>;
