/** The pictures of Grafana, as code: infra/grafana has what this makes. */

import { backend } from './backend-dashboard.ts';
import { each, perPod, quantile, rate, rates, type Dashboard, type Panel } from './panel.ts';

const cluster: Dashboard = {
  uid: 'switchboard-cluster',
  title: 'Switchboard: the cluster',
  panels: [
    {
      title: 'Sockets',
      description: 'All open sockets. A step down and up again: a restart.',
      unit: 'short',
      queries: [
        { expr: 'sum by (socket) (switchboard_edge_sockets{pod=~"$pod"})', legend: '{{socket}}' },
      ],
    },
    {
      title: 'Ready processes',
      description: 'Those that balancers send clients to.',
      unit: 'short',
      queries: [
        { expr: 'sum(switchboard_edge_ready)', legend: 'edges' },
        { expr: 'sum(switchboard_ingress_ready)', legend: 'ingresses' },
      ],
    },
    {
      title: 'Versions',
      description: 'More than one line: an upgrade is under way.',
      unit: 'short',
      queries: [
        {
          expr: 'count by (role, version) (switchboard_build_info)',
          legend: '{{role}} {{version}}',
        },
      ],
    },
    rates('Published', 'switchboard_ingress_appends_total', {
      by: 'outcome',
      description: 'What backends publish. `unavailable` is answered 503 and comes again.',
    }),
    rates('Delivered', 'switchboard_edge_events_sent_total', {
      by: 'event',
      description: 'Frames of events that were given to sockets.',
    }),
    {
      title: 'Time of an append',
      description: 'From the call to the answer of Redis.',
      unit: 'ms',
      queries: [0.5, 0.99].map((q) => quantile(q, 'switchboard_ingress_append_duration_ms')),
    },
    perPod('Lateness of events', 'switchboard_edge_follow_lag_milliseconds', {
      unit: 'ms',
      description: 'Age of events when clients get them. Above OVERLOAD_LAG_MS less is accepted.',
    }),
    rates('Held back', 'switchboard_ingress_held_back_total', {
      by: 'by',
      description: 'Calls answered 429, by what for.',
    }),
    {
      title: 'Round trip through Redis',
      description: 'A write and its copy, as each process sees it.',
      unit: 'ms',
      queries: [
        { expr: each('switchboard_edge_heartbeat_milliseconds'), legend: '{{pod}}' },
        { expr: each('switchboard_ingress_heartbeat_milliseconds'), legend: '{{pod}}' },
      ],
    },
    rates('Answers of ingress', 'switchboard_ingress_requests_total', {
      by: 'route, status',
      description: '5xx is ours, 4xx the caller’s, 429 holds back.',
    }),
  ],
};

const edges: Dashboard = {
  uid: 'switchboard-edges',
  title: 'Switchboard: the edges',
  panels: [
    {
      title: 'Sockets',
      description: 'By edge. Balancers with least connections keep the lines together.',
      unit: 'short',
      queries: [
        { expr: 'sum by (pod) (switchboard_edge_sockets{pod=~"$pod"})', legend: '{{pod}}' },
      ],
    },
    perPod('Rooms', 'switchboard_edge_rooms', {
      unit: 'short',
      description: 'Rooms with a socket here.',
    }),
    perPod('Lag of the loop', 'switchboard_edge_loop_lag_milliseconds', {
      unit: 'ms',
      description: 'One thread does the work: this is how long everything waits.',
    }),
    perPod('Memory', 'process_resident_memory_bytes', {
      unit: 'bytes',
      description: 'Above RESIDENT_MAX_BYTES messages are refused.',
    }),
    perPod('Waiting for slow readers', 'switchboard_edge_buffered_bytes', {
      unit: 'bytes',
      description: 'At BUFFERS_MAX_BYTES the slowest are closed.',
    }),
    rates('Slow readers', 'switchboard_edge_slow_readers_closed_total', {
      by: 'pod, limit',
      description: 'Sockets that were closed because their readers are slow.',
    }),
    rates('Closed sockets', 'switchboard_edge_sockets_closed_total', {
      by: 'code',
      description: '1000, 1001: clients leave. 1006: networks. 4001: drained. 4003: not continued.',
    }),
    rates('Refused connects', 'switchboard_edge_connects_refused_total', {
      by: 'status',
      description: '401: tokens. 429: too many. 503: full, pressed, or away from Redis.',
    }),
    rates('Frames of clients', 'switchboard_edge_frames_received_total', {
      by: 'event',
      description: 'What clients send.',
    }),
    rates('Refused frames', 'switchboard_edge_frames_refused_total', {
      by: 'code',
      description: 'A client with a defect, one that sends too much, or Redis.',
    }),
    rates('Shed', 'switchboard_edge_shed_total', {
      by: 'pod, what',
      description: 'What was left undone under pressure.',
    }),
    {
      title: 'Repairs',
      description: 'Read from the log because a copy was missing, and what could not be continued.',
      unit: 'ops',
      queries: [
        { expr: rate('switchboard_edge_follow_repaired_total', 'pod'), legend: '{{pod}} repaired' },
        { expr: rate('switchboard_edge_follow_lost_total', 'pod'), legend: '{{pod}} lost' },
      ],
    },
    {
      title: 'Open files',
      description: 'One for each socket, against what is allowed.',
      unit: 'percentunit',
      queries: [
        {
          expr: 'max by (pod) (process_open_fds{pod=~"$pod"} / process_max_fds)',
          legend: '{{pod}}',
        },
      ],
    },
  ],
};

export const dashboards: readonly Dashboard[] = [cluster, edges, backend];

const source = { type: 'prometheus', uid: '${datasource}' };
const columns = 3;
const panelSize = { w: 24 / columns, h: 8 };

/** The JSON that Grafana takes (provisioned, or by hand under Import). */
export const renderDashboard = ({ uid, title, panels }: Dashboard): string =>
  `${JSON.stringify(
    {
      uid,
      title,
      tags: ['switchboard'],
      schemaVersion: 39,
      editable: false,
      refresh: '30s',
      time: { from: 'now-3h', to: 'now' },
      templating: { list: [datasourceVariable, podVariable] },
      panels: panels.map(renderPanel),
    },
    null,
    2,
  )}\n`;

const datasourceVariable = { name: 'datasource', type: 'datasource', query: 'prometheus' };
const podVariable = {
  name: 'pod',
  type: 'query',
  datasource: source,
  query: 'label_values(switchboard_build_info, pod)',
  multi: true,
  includeAll: true,
  allValue: '.*',
  refresh: 2,
};

const renderPanel = ({ title, description, unit, queries }: Panel, index: number) => ({
  id: index + 1,
  type: 'timeseries',
  title,
  description,
  datasource: source,
  gridPos: {
    ...panelSize,
    x: (index % columns) * panelSize.w,
    y: Math.floor(index / columns) * panelSize.h,
  },
  fieldConfig: { defaults: { unit, min: 0 }, overrides: [] },
  targets: queries.map(({ expr, legend = '' }, number) => ({
    refId: String.fromCodePoint(65 + number),
    datasource: source,
    expr,
    legendFormat: legend,
  })),
});
