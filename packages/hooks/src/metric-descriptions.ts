/** What the apps tell of their calls to a customer's backend; each app registers its part. */
import type { MetricDescription } from '@switchboard/runtime';

/** Upper bounds for `callDuration`, up to the time that one try has. */
export const callDurationBucketsMs = [5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000];

const callsOf = (name: string, result: string) =>
  ({
    calls: {
      name: `switchboard_${name}_hook_calls_total`,
      kind: 'counter',
      help: "Calls to the customer's backend that have ended",
      labels: { result },
      reading:
        '`status`: it answers with errors. `timeout`: it is too slow. `network`: it cannot be reached, or breaks connections.',
    },
    callDuration: {
      name: `switchboard_${name}_hook_call_milliseconds`,
      kind: 'histogram',
      help: "How long calls to the customer's backend took, the failed ones too",
      reading: 'All of it is waiting: for a connection, the network and the backend.',
    },
  }) as const satisfies Record<string, MetricDescription>;

/** Of an edge with a send hook. */
export const sendHookMetrics = {
  ...callsOf(
    'edge_send',
    '`accepted`, `deferred`, `refused`; or why it is asked again: `status`, `answer`, `timeout`, `network`, `aborted`',
  ),
  retries: {
    name: 'switchboard_edge_send_hook_retries_total',
    kind: 'counter',
    help: 'Calls that were made again for the same message',
    reading: 'Divided by all calls: how much of the load on the backend is its own failures.',
  },
  decisions: {
    name: 'switchboard_edge_send_hook_decisions_total',
    kind: 'counter',
    help: 'Messages by what was decided about them',
    labels: {
      decision: '`accepted`, `deferred`, `refused`, `backend_unavailable` or `backend_timeout`',
    },
    reading:
      'The last two went back to their senders, who may send again. `refused` is what the backend wants.',
  },
  breaker: {
    name: 'switchboard_edge_send_hook_breaker',
    kind: 'gauge',
    help: 'Whether the backend is spared: 0 no, 1 one call tries it, 2 yes',
    reading:
      'Above 0 the calls of most chats have failed: messages wait for some seconds, and after that are given back at once.',
  },
} as const satisfies Record<string, MetricDescription>;

/** Of an ingress that hands events on. */
export const eventsHookMetrics = callsOf(
  'ingress_events',
  '`delivered`, `refused`; or why it is sent again: `status`, `timeout`, `network`, `aborted`',
);
