/** The rows as a Markdown table that also reads well in a terminal. */
import type { Row } from './summary.ts';

interface Column {
  title: string;
  cell: (row: Row) => string;
}

const columns: readonly Column[] = [
  { title: 'load', cell: ({ load }) => load },
  { title: 'system', cell: ({ contender }) => contender },
  { title: 'deliveries/s', cell: ({ deliveriesPerS }) => formatRate(deliveriesPerS) },
  { title: '× minimal', cell: ({ times }) => formatTimes(times?.deliveries) },
  { title: 'p50 ms', cell: ({ p50Ms }) => formatMs(p50Ms) },
  { title: 'p99 ms', cell: ({ p99Ms }) => formatMs(p99Ms) },
  { title: '× minimal', cell: ({ times }) => formatTimes(times?.p99) },
  { title: 'p99.9 ms', cell: ({ p999Ms }) => formatMs(p999Ms) },
  { title: 'answer p50 ms', cell: ({ answerP50Ms }) => formatMs(answerP50Ms) },
  { title: 'CPU-s/M', cell: ({ cpuSPerMillion }) => cpuSPerMillion.toFixed(2) },
  { title: '× minimal', cell: ({ times }) => formatTimes(times?.cpu) },
  { title: 'Redis', cell: ({ redisShare }) => formatPercent(redisShare) },
  { title: 'bytes', cell: ({ bytesPerDelivery }) => bytesPerDelivery.toFixed(0) },
  { title: 'delivered', cell: ({ delivered }) => formatDelivered(delivered) },
  { title: 'refused/s', cell: ({ refusedPerS }) => refusedPerS.toFixed(0) },
  { title: 'load cores', cell: ({ generatorCores }) => generatorCores.toFixed(2) },
  { title: 'turns', cell: ({ turns }) => String(turns) },
  { title: 'other cores', cell: ({ strangersCores }) => strangersCores.toFixed(2) },
  { title: 'limit', cell: ({ limits }) => limits.join(', ') || '-' },
];

/** The first two columns and the last one hold words. */
const isWords = (column: number): boolean => column < 2 || column === columns.length - 1;

export const renderTable = (rows: readonly Row[]): string => {
  const cells = [columns.map(({ title }) => title), ...rows.map(renderCells)];
  const widths = columns.map((_, at) => Math.max(...cells.map((line) => line[at]?.length ?? 0)));
  const [head = '', ...body] = cells.map((line) => renderLine(line, widths));
  const rule = widths.map((width, at) => `${'-'.repeat(width + 1)}${isWords(at) ? '-' : ':'}`);
  return [head, `|${rule.join('|')}|`, ...body].join('\n');
};

const renderCells = (row: Row): string[] => columns.map(({ cell }) => cell(row));

const renderLine = (line: readonly string[], widths: readonly number[]): string => {
  const padded = line.map((text, at) =>
    isWords(at) ? text.padEnd(widths[at] ?? 0) : text.padStart(widths[at] ?? 0),
  );
  return `| ${padded.join(' | ')} |`;
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
