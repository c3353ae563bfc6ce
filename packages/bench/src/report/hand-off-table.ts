/** What a backend costs, per message: rows of all lanes as a table. */
import {
  formatMs,
  formatPercent,
  formatTurns,
  renderTable,
  type Column,
} from './markdown-table.ts';
import type { Row } from './summary.ts';

/** Who carries the load, by what it is measured for. */
export const lanes = {
  none: 'no backend',
  calls: 'bare calls',
  asked: 'send hook',
  told: 'outbox',
} as const;

export interface HandOffRow extends Row {
  /** CPU-µs per message beyond those without a backend; null for these. */
  addedUs: number | null;
  /** What is added beyond the bare call, as a part of a message without a backend; of the send hook only. */
  beyondCall: number | null;
}

export const summarizeHandOff = (rows: readonly Row[]): HandOffRow[] =>
  rows.map((row) => {
    const usOf = (lane: string) =>
      rows.find(({ load, contender }) => load === row.load && contender === lane)
        ?.cpuSPerMillionMessages;
    const [plainUs, callsUs] = [usOf(lanes.none), usOf(lanes.calls)];
    const ownUs = row.cpuSPerMillionMessages;
    const isAsked = row.contender === lanes.asked && plainUs !== undefined && callsUs !== undefined;
    return {
      ...row,
      addedUs: plainUs === undefined || row.contender === lanes.none ? null : ownUs - plainUs,
      beyondCall: isAsked ? (ownUs - callsUs) / plainUs : null,
    };
  });

const us = (value: number | null): string => (value === null ? '' : value.toFixed(0));

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
  { title: 'added', cell: ({ addedUs }) => us(addedUs) },
  {
    title: 'beyond the call',
    cell: ({ beyondCall }) => (beyondCall === null ? '' : formatPercent(beyondCall)),
  },
  { title: 'answer p50 ms', cell: ({ answerP50Ms }) => formatMs(answerP50Ms) },
  { title: 'p99 ms', cell: ({ answerP99Ms }) => formatMs(answerP99Ms) },
  { title: 'load cores', cell: ({ generatorCores }) => generatorCores.toFixed(2) },
  { title: 'other cores', cell: ({ strangersCores }) => strangersCores.toFixed(2) },
  { title: 'limit', isWordy: true, cell: ({ limits }) => limits.join(', ') || '-' },
  { title: 'turns', cell: formatTurns },
];

export const renderHandOff = (rows: readonly HandOffRow[]): string => renderTable(columns, rows);
