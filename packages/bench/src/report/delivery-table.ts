/** The rows of workloads in which messages are delivered, as tables. */
import {
  formatCount,
  formatDelivered,
  formatMs,
  formatPercent,
  formatTimes,
  formatTurns,
  renderTable,
  type Column,
} from './markdown-table.ts';
import type { Row } from './summary.ts';

const names: readonly Column<Row>[] = [
  { title: 'load', isWordy: true, cell: ({ load }) => load },
  { title: 'system', isWordy: true, cell: ({ contender }) => contender },
];

const results: readonly Column<Row>[] = [
  ...names,
  { title: 'deliveries/s', cell: ({ deliveriesPerS }) => formatCount(deliveriesPerS) },
  { title: '× minimal', cell: ({ times }) => formatTimes(times?.deliveries) },
  { title: 'p50 ms', cell: ({ p50Ms }) => formatMs(p50Ms) },
  { title: 'p99 ms', cell: ({ p99Ms }) => formatMs(p99Ms) },
  { title: '× minimal', cell: ({ times }) => formatTimes(times?.p99) },
  { title: 'p99.9 ms', cell: ({ p999Ms }) => formatMs(p999Ms) },
  { title: 'CPU-s/M', cell: ({ cpuSPerMillion }) => cpuSPerMillion.toFixed(2) },
  { title: '× minimal', cell: ({ times }) => formatTimes(times?.cpu) },
  { title: 'delivered', cell: ({ delivered }) => formatDelivered(delivered) },
  { title: 'limit', isWordy: true, cell: ({ limits }) => limits.join(', ') || '-' },
];

const background: readonly Column<Row>[] = [
  ...names,
  { title: 'messages/s', cell: ({ acceptedPerS }) => acceptedPerS.toFixed(0) },
  { title: 'answer p50 ms', cell: ({ answerP50Ms }) => formatMs(answerP50Ms) },
  { title: 'refused/s', cell: ({ refusedPerS }) => refusedPerS.toFixed(0) },
  { title: 'Redis', cell: ({ redisShare }) => formatPercent(redisShare) },
  { title: 'bytes', cell: ({ bytesPerDelivery }) => bytesPerDelivery.toFixed(0) },
  { title: 'per read', cell: ({ deliveriesPerRead }) => deliveriesPerRead.toFixed(1) },
  { title: 'load cores', cell: ({ generatorCores }) => generatorCores.toFixed(2) },
  { title: 'other cores', cell: ({ strangersCores }) => strangersCores.toFixed(2) },
  { title: 'resident MiB', cell: ({ residentMiB }) => residentMiB.toFixed(0) },
  { title: 'turns', cell: formatTurns },
];

/** What was found. */
export const renderResults = (rows: readonly Row[]): string => renderTable(results, rows);

/** What helps to judge it. */
export const renderBackground = (rows: readonly Row[]): string => renderTable(background, rows);
