/** Every metric of ingress. `docs/metrics.md` is made from this: `vitest run apps/ingress/src/metric -u`. */
import { eventsHookMetrics } from '@switchboard/hooks';
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
    labels: { outcome: '`appended`, `duplicate`, `keyReused`, `outboxFull` or `unavailable`' },
    reading:
      '`unavailable`: Redis did not answer in time, the caller got 503 and repeats. `duplicate`: repeats that were caught. `outboxFull`: the backend is behind, see `switchboard_ingress_outbox_lag_milliseconds`.',
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
  eventsCalls: eventsHookMetrics.calls,
  eventsCallDuration: eventsHookMetrics.callDuration,
  eventsDelivered: {
    name: 'switchboard_ingress_events_delivered_total',
    kind: 'counter',
    help: "Events that the customer's backend has taken",
    reading:
      'Divided by the delivered calls: events of a batch. Near `EVENTS_HOOK_BATCH_MAX` the backend is slow.',
  },
  chatsParked: {
    name: 'switchboard_ingress_chats_parked_total',
    kind: 'counter',
    help: 'Chats whose events were put aside because the backend took those of others',
    labels: { why: '`status`, `timeout`, `network` or `full` (too many dead letters)' },
    reading: 'Each is in the log with its chat and reason; `GET /hand-off` lists those that wait.',
  },
  eventsGivenUp: {
    name: 'switchboard_ingress_events_given_up_total',
    kind: 'counter',
    help: 'Events that became dead letters',
    labels: { why: '`refused` by the backend, or tried for too long (`retries`)' },
    reading: 'Any: look at `GET /hand-off/dead-letters`, mend the backend, replay them.',
  },
  outboxPartitions: {
    name: 'switchboard_ingress_outbox_partitions',
    kind: 'gauge',
    help: 'Partitions whose events this process delivers',
    reading: 'About the same at every ingress; the sum is `PARTITIONS`.',
  },
  outboxUnheld: {
    name: 'switchboard_ingress_outbox_unheld_partitions',
    kind: 'gauge',
    help: 'Partitions of the deployment whose events nobody delivers',
    reading: 'Above 0 for more than 15 s after the death of an ingress: look at its log.',
  },
  outboxWaiting: {
    name: 'switchboard_ingress_outbox_waiting_events',
    kind: 'gauge',
    help: 'Events of the deployment that wait for the backend, parked ones left out',
    reading:
      'The same at every ingress, like all of the outbox that follow. It grows while the backend is slow or down.',
  },
  outboxLag: {
    name: 'switchboard_ingress_outbox_lag_milliseconds',
    kind: 'gauge',
    help: 'Age of the oldest event that waits for the backend, parked ones left out',
    reading: 'Below 1000. At `OUTBOX_MAX_AGE_MS` new messages are refused.',
  },
  outboxParkedChats: {
    name: 'switchboard_ingress_outbox_parked_chats',
    kind: 'gauge',
    help: 'Chats whose events the backend does not take while it takes those of others',
    reading: '`GET /hand-off` says which and why.',
  },
  outboxParkedEvents: {
    name: 'switchboard_ingress_outbox_parked_events',
    kind: 'gauge',
    help: 'Events of parked chats',
    reading:
      'With those that wait: at `OUTBOX_MAX_EVENTS` in one partition its new messages are refused.',
  },
  outboxDeadLetters: {
    name: 'switchboard_ingress_outbox_dead_letters',
    kind: 'gauge',
    help: 'Events that were given up and neither replayed nor discarded',
    reading: '0. At 10 000 in one partition chats are parked instead.',
  },
} as const satisfies Record<string, MetricDescription>;
