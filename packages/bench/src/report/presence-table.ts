/** What `presence` measured, as tables. */
import type { LatencyReport } from '../measure/latency.ts';
import { formatMs, renderTable, type Column } from './markdown-table.ts';

/** What the servers use while nothing is asked of them. */
export interface RestRow {
  sessions: number;
  /** Cores, by role. */
  edges: number;
  ingress: number;
  redis: number;
}

export interface AskRow extends LatencyReport {
  question: string;
  /** Whether tabs came and went meanwhile. */
  churn: boolean;
  megabytes: number;
  /** Of `/health/live` at the same ingress meanwhile: how long it was busy with something else. */
  liveP99Ms: number;
  liveMaxMs: number;
}

const percent = (cores: number): string => `${(cores * 100).toFixed(2)} %`;

const rest: readonly Column<RestRow>[] = [
  { title: 'sessions', cell: ({ sessions }) => String(sessions) },
  { title: '4 edges', cell: ({ edges }) => percent(edges) },
  { title: 'ingress', cell: ({ ingress }) => percent(ingress) },
  { title: 'Redis', cell: ({ redis }) => percent(redis) },
];

const asks: readonly Column<AskRow>[] = [
  { title: 'question', isWordy: true, cell: ({ question }) => `\`GET ${question}\`` },
  { title: 'tabs come and go', isWordy: true, cell: ({ churn }) => (churn ? 'yes' : 'no') },
  { title: 'MB', cell: ({ megabytes }) => megabytes.toFixed(2) },
  { title: 'p50 ms', cell: ({ p50Ms }) => formatMs(p50Ms) },
  { title: 'p99 ms', cell: ({ p99Ms }) => formatMs(p99Ms) },
  { title: 'max ms', cell: ({ maxMs }) => formatMs(maxMs) },
  { title: 'others’ p99 ms', cell: ({ liveP99Ms }) => formatMs(liveP99Ms) },
  { title: 'others’ max ms', cell: ({ liveMaxMs }) => formatMs(liveMaxMs) },
];

export const renderPresence = (restRows: readonly RestRow[], askRows: readonly AskRow[]): string =>
  `${renderTable(rest, restRows)}\n\n${renderTable(asks, askRows)}`;
