/** The rows as Markdown tables that also read well in a terminal. */
import type { Row } from './summary.ts';

interface Column {
  title: string;
  cell: (row: Row) => string;
}

const names: readonly Column[] = [
  { title: 'load', cell: ({ load }) => load },
  { title: 'system', cell: ({ contender }) => contender },
];

const results: readonly Column[] = [
  ...names,
  { title: 'deliveries/s', cell: ({ deliveriesPerS }) => formatRate(deliveriesPerS) },
  { title: '× minimal', cell: ({ times }) => formatTimes(times?.deliveries) },
  { title: 'p50 ms', cell: ({ p50Ms }) => formatMs(p50Ms) },
  { title: 'p99 ms', cell: ({ p99Ms }) => formatMs(p99Ms) },
  { title: '× minimal', cell: ({ times }) => formatTimes(times?.p99) },
  { title: 'p99.9 ms', cell: ({ p999Ms }) => formatMs(p999Ms) },
  { title: 'CPU-s/M', cell: ({ cpuSPerMillion }) => cpuSPerMillion.toFixed(2) },
  { title: '× minimal', cell: ({ times }) => formatTimes(times?.cpu) },
  { title: 'delivered', cell: ({ delivered }) => formatDelivered(delivered) },
  { title: 'limit', cell: ({ limits }) => limits.join(', ') || '-' },
];

const background: readonly Column[] = [
  ...names,
  { title: 'answer p50 ms', cell: ({ answerP50Ms }) => formatMs(answerP50Ms) },
  { title: 'refused/s', cell: ({ refusedPerS }) => refusedPerS.toFixed(0) },
  { title: 'Redis', cell: ({ redisShare }) => formatPercent(redisShare) },
  { title: 'bytes', cell: ({ bytesPerDelivery }) => bytesPerDelivery.toFixed(0) },
  { title: 'per read', cell: ({ deliveriesPerRead }) => deliveriesPerRead.toFixed(1) },
  { title: 'load cores', cell: ({ generatorCores }) => generatorCores.toFixed(2) },
  { title: 'other cores', cell: ({ strangersCores }) => strangersCores.toFixed(2) },
  {
    title: 'turns',
    cell: ({ turns, disturbedTurns }) =>
      `${turns}${disturbedTurns > 0 ? ` (${disturbedTurns} disturbed)` : ''}`,
  },
];

/** What was found. */
export const renderResults = (rows: readonly Row[]): string => renderTable(results, rows);

/** What helps to judge it. */
export const renderBackground = (rows: readonly Row[]): string => renderTable(background, rows);

const wordy: ReadonlySet<string> = new Set(['load', 'system', 'limit']);

const renderTable = (columns: readonly Column[], rows: readonly Row[]): string => {
  const titles = columns.map(({ title }) => title);
  const cells = rows.map((row) => columns.map(({ cell }) => cell(row)));
  const widths = titles.map((title, at) =>
    Math.max(title.length, ...cells.map((line) => line[at]?.length ?? 0)),
  );
  const pad = (text: string, at: number) =>
    wordy.has(titles[at] ?? '') ? text.padEnd(widths[at] ?? 0) : text.padStart(widths[at] ?? 0);
  const line = (texts: readonly string[]) => `| ${texts.map(pad).join(' | ')} |`;
  const rule = widths.map(
    (width, at) => '-'.repeat(width + 1) + (wordy.has(titles[at] ?? '') ? '-' : ':'),
  );
  return [line(titles), `|${rule.join('|')}|`, ...cells.map(line)].join('\n');
};

const formatRate = (perS: number): string =>
  perS >= 1e6 ? `${(perS / 1e6).toFixed(2)} M` : `${(perS / 1e3).toFixed(0)} k`;

const formatMs = (ms: number): string => (ms < 100 ? ms.toFixed(1) : ms.toFixed(0));

const formatTimes = (times: number | undefined): string =>
  times === undefined ? '' : times.toFixed(2);

const formatPercent = (part: number): string => `${(part * 100).toFixed(0)} %`;

/** 100 % is said only when it is exactly that. */
const formatDelivered = (part: number): string =>
  part === 1 ? '100 %' : `${(Math.floor(part * 1e5) / 1e3).toFixed(3)} %`;
