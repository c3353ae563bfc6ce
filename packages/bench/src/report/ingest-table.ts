/** The rows of ingest as a table. */
import {
  formatMs,
  formatPercent,
  formatTimes,
  formatTurns,
  renderTable,
  type Column,
} from './markdown-table.ts';
import type { Row } from './summary.ts';

const columns: readonly Column<Row>[] = [
  { title: 'load', isWordy: true, cell: ({ load }) => load },
  { title: 'system', isWordy: true, cell: ({ contender }) => contender },
  { title: 'posts/s', cell: ({ acceptedPerS }) => acceptedPerS.toFixed(0) },
  { title: '× fastify', cell: ({ times }) => formatTimes(times?.accepted) },
  { title: 'p50 ms', cell: ({ answerP50Ms }) => formatMs(answerP50Ms) },
  { title: 'p99 ms', cell: ({ answerP99Ms }) => formatMs(answerP99Ms) },
  { title: 'CPU-s/M posts', cell: (row) => row.cpuSPerMillionMessages.toFixed(0) },
  { title: '× fastify', cell: ({ times }) => formatTimes(times?.cpuOfMessages) },
  { title: 'Redis', cell: ({ redisShare }) => formatPercent(redisShare) },
  { title: 'refused/s', cell: ({ refusedPerS }) => refusedPerS.toFixed(0) },
  { title: 'load cores', cell: ({ generatorCores }) => generatorCores.toFixed(2) },
  { title: 'other cores', cell: ({ strangersCores }) => strangersCores.toFixed(2) },
  { title: 'limit', isWordy: true, cell: ({ limits }) => limits.join(', ') || '-' },
  { title: 'turns', cell: formatTurns },
];

export const renderIngest = (rows: readonly Row[]): string => renderTable(columns, rows);
