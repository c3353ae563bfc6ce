/** What a backend costs, per message: rows of all lanes as a table. In parentheses how far the rounds spread. */
import {
  formatMs,
  formatPercent,
  formatTurns,
  renderTable,
  type Column,
} from './markdown-table.ts';
import { compareNeighbours, type Spread } from './neighbours.ts';
import type { Row } from './summary.ts';
import type { Turn, TurnResult } from '../workload/turn.ts';

/** Who carries the load, by what it is measured for. */
export const lanes = {
  none: 'no backend',
  bare: 'bare calls',
  webhook: 'webhook',
  asked: 'send hook',
  told: 'outbox',
} as const;

export interface HandOffRow extends Row {
  /** CPU-µs per message beyond those without a backend; null for these. */
  added: Spread | null;
  /** Of the send hook only: what it adds beyond a webhook, as a part of a message without a backend. */
  beyondWebhook: Spread | null;
  /** The same beyond calls that were made before and are not signed or read. */
  beyondBare: Spread | null;
}

/** @param turns what the rows are of, in their order */
export const summarizeHandOff = (rows: readonly Row[], turns: readonly Turn[]): HandOffRow[] =>
  rows.map((row) => {
    const { contender } = row;
    const own = turns.filter(({ load }) => load === row.load);
    const beyond = (calls: string) =>
      contender === lanes.asked
        ? compareNeighbours(own, [lanes.asked, calls, lanes.none], beyondCalls)
        : null;
    return {
      ...row,
      added:
        contender === lanes.none ? null : compareNeighbours(own, [contender, lanes.none], added),
      beyondWebhook: beyond(lanes.webhook),
      beyondBare: beyond(lanes.bare),
    };
  });

const usOf = (result: TurnResult): number => result.serverCpuSPerMillionMessages;

const added = (own: TurnResult, none: TurnResult): number => usOf(own) - usOf(none);

const beyondCalls = (asked: TurnResult, calls: TurnResult, none: TurnResult): number =>
  (usOf(asked) - usOf(calls)) / usOf(none);

const us = (value: number): string => value.toFixed(0);

const formatSpread = (spread: Spread | null, format: (value: number) => string): string =>
  spread === null
    ? ''
    : `${format(spread.median)} (${format(spread.least)} to ${format(spread.most)})`;

const usOfRole = ({ coresByRole, acceptedPerS }: Row, role: string): string =>
  role in coresByRole ? us(((coresByRole[role] ?? 0) / acceptedPerS) * 1e6) : '';

const columns: readonly Column<HandOffRow>[] = [
  { title: 'load', isWordy: true, cell: ({ load }) => load },
  { title: 'with', isWordy: true, cell: ({ contender }) => contender },
  { title: 'messages/s', cell: ({ acceptedPerS }) => acceptedPerS.toFixed(0) },
  { title: 'CPU-µs a message', cell: (row) => us(row.cpuSPerMillionMessages) },
  { title: 'edges', cell: (row) => usOfRole(row, 'edge') },
  { title: 'Redis', cell: (row) => usOfRole(row, 'redis') },
  { title: 'ingress', cell: (row) => usOfRole(row, 'ingress') },
  { title: 'added', cell: (row) => formatSpread(row.added, us) },
  { title: 'beyond a webhook', cell: (row) => formatSpread(row.beyondWebhook, formatPercent) },
  { title: 'beyond bare calls', cell: (row) => formatSpread(row.beyondBare, formatPercent) },
  { title: 'answer p50 ms', cell: ({ answerP50Ms }) => formatMs(answerP50Ms) },
  { title: 'p99 ms', cell: ({ answerP99Ms }) => formatMs(answerP99Ms) },
  { title: 'load cores', cell: ({ generatorCores }) => generatorCores.toFixed(2) },
  { title: 'other cores', cell: ({ strangersCores }) => strangersCores.toFixed(2) },
  { title: 'limit', isWordy: true, cell: ({ limits }) => limits.join(', ') || '-' },
  { title: 'turns', cell: formatTurns },
];

export const renderHandOff = (rows: readonly HandOffRow[]): string => renderTable(columns, rows);
