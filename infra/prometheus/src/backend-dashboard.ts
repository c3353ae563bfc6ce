/** What the hooks do: the send hook of the edges, and the outbox that ingresses empty. */
import { each, perPod, quantile, rates, type Dashboard, type Panel } from './panel.ts';

/** Every ingress tells the same of the outbox. */
const ofOutbox = (
  title: string,
  metric: string,
  about: Pick<Panel, 'unit' | 'description'>,
): Panel => ({ title, ...about, queries: [{ expr: `max(${metric})` }] });

export const backend: Dashboard = {
  uid: 'switchboard-backend',
  title: 'Switchboard: the backend',
  panels: [
    rates('Decisions on messages', 'switchboard_edge_send_hook_decisions_total', {
      by: 'decision',
      description: '`backend_unavailable`, `backend_timeout`: given back to their senders.',
    }),
    rates('Calls of the send hook', 'switchboard_edge_send_hook_calls_total', {
      by: 'result',
      description: 'More than decisions: failures that were asked again.',
    }),
    {
      title: 'Time of a call of the send hook',
      description: 'A person waits for it. Above 100 ms it is felt.',
      unit: 'ms',
      queries: [0.5, 0.99].map((q) => quantile(q, 'switchboard_edge_send_hook_call_milliseconds')),
    },
    perPod('Breaker', 'switchboard_edge_send_hook_breaker', {
      unit: 'short',
      description: '0: closed. 1: one call tries. 2: open, most calls have failed.',
    }),
    perPod('Messages that wait for their turn', 'switchboard_edge_send_hook_waiting', {
      unit: 'short',
      description: 'The backend is slower than what is sent.',
    }),
    rates('Calls of the events hook', 'switchboard_ingress_events_hook_calls_total', {
      by: 'result',
      description: '`refused`: events that it does not take become dead letters.',
    }),
    {
      title: 'Events',
      description: 'Taken by the backend, and given up (dead letters).',
      unit: 'ops',
      queries: [
        {
          expr: 'sum(rate(switchboard_ingress_events_delivered_total{pod=~"$pod"}[$__rate_interval]))',
          legend: 'delivered',
        },
        {
          expr: 'sum by (why) (rate(switchboard_ingress_events_given_up_total{pod=~"$pod"}[$__rate_interval]))',
          legend: 'given up: {{why}}',
        },
      ],
    },
    {
      title: 'Time of a call of the events hook',
      description: 'A batch. Times the number of batches a second it must stay below PARTITIONS.',
      unit: 'ms',
      queries: [0.5, 0.99].map((q) =>
        quantile(q, 'switchboard_ingress_events_hook_call_milliseconds'),
      ),
    },
    ofOutbox('Age of the oldest event', 'switchboard_ingress_outbox_lag_milliseconds', {
      unit: 'ms',
      description: 'Parked chats left out. At OUTBOX_MAX_AGE_MS messages are refused.',
    }),
    {
      title: 'Events in the outbox',
      description: 'At OUTBOX_MAX_EVENTS in one partition its messages are refused.',
      unit: 'short',
      queries: [
        { expr: 'max(switchboard_ingress_outbox_waiting_events)', legend: 'waiting' },
        { expr: 'max(switchboard_ingress_outbox_parked_events)', legend: 'parked' },
        { expr: 'max(switchboard_ingress_outbox_dead_letters)', legend: 'dead letters' },
      ],
    },
    ofOutbox('Parked chats', 'switchboard_ingress_outbox_parked_chats', {
      unit: 'short',
      description: 'Their events fail while those of others are taken. GET /hand-off says why.',
    }),
    {
      title: 'Partitions',
      description: 'Delivered by each ingress, and by nobody.',
      unit: 'short',
      queries: [
        { expr: each('switchboard_ingress_outbox_partitions'), legend: '{{pod}}' },
        { expr: 'max(switchboard_ingress_outbox_unheld_partitions)', legend: 'nobody' },
      ],
    },
  ],
};
