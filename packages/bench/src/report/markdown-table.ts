/** Rows as Markdown tables that also read well in a terminal. */

export interface Column<R> {
  title: string;
  /** Whether it holds words, which stand at the left. */
  isWordy?: boolean;
  cell: (row: R) => string;
}

export const renderTable = <R>(columns: readonly Column<R>[], rows: readonly R[]): string => {
  const cells = rows.map((row) => columns.map(({ cell }) => cell(row)));
  const widths = columns.map(({ title }, at) =>
    Math.max(title.length, ...cells.map((line) => line[at]?.length ?? 0)),
  );
  const isWordy = (at: number) => columns[at]?.isWordy === true;
  const pad = (text: string, at: number) =>
    isWordy(at) ? text.padEnd(widths[at] ?? 0) : text.padStart(widths[at] ?? 0);
  const line = (texts: readonly string[]) => `| ${texts.map(pad).join(' | ')} |`;
  const rule = widths.map((width, at) => '-'.repeat(width + 1) + (isWordy(at) ? '-' : ':'));
  return [line(columns.map(({ title }) => title)), `|${rule.join('|')}|`, ...cells.map(line)].join(
    '\n',
  );
};

export const formatMs = (ms: number): string => (ms < 100 ? ms.toFixed(1) : ms.toFixed(0));

export const formatTimes = (times: number | undefined): string =>
  times === undefined ? '' : times.toFixed(2);

/** 100 % is said only when it is exactly that. */
export const formatDelivered = (part: number): string =>
  part === 1 ? '100 %' : `${(Math.floor(part * 1e5) / 1e3).toFixed(3)} %`;

export const formatPercent = (part: number): string => `${(part * 100).toFixed(0)} %`;

/** How many turns the medians are of. */
export const formatTurns = (row: { turns: number; disturbedTurns: number }): string =>
  `${row.turns}${row.disturbedTurns > 0 ? ` (${row.disturbedTurns} disturbed)` : ''}`;

/** E.g. `2.50 M`, `677 k`, `12.5 k`, `42`. */
export const formatCount = (count: number): string => {
  if (count >= 1e6) return `${(count / 1e6).toFixed(2)} M`;
  if (count >= 1e5) return `${(count / 1e3).toFixed(0)} k`;
  return count >= 1e4 ? `${Number((count / 1e3).toFixed(1))} k` : count.toFixed(0);
};
