/**
 * Bars as a picture (SVG): panels side by side, each with one figure of every row; rows in groups. Bars of one
 * group and panel share a scale that starts at zero. It needs no library, and follows a dark page.
 */

export interface BarChart {
  title: string;
  subtitle: string;
  panels: readonly Panel[];
  groups: readonly Group[];
}

export interface Panel {
  title: string;
  /** Which way is good, e.g. `more is better`. */
  note: string;
  format: (value: number) => string;
}

export interface Group {
  /** Empty: no heading. */
  title: string;
  rows: readonly Bar[];
}

export interface Bar {
  name: string;
  /** Drawn in the colour that stands out. */
  isOurs: boolean;
  /** One for each panel; null: nothing is known. */
  values: readonly (number | null)[];
}

const width = 960;
const margin = 24;
const nameWidth = 118;
const panelGap = 18;
const labelWidth = 62;
const rowHeight = 22;
const barHeight = 14;
const groupHeadHeight = 36;
const groupGap = 10;
const top = 112;

const style = `
  svg { --ink: #0f172a; --quiet: #64748b; --ours: #0d9488; --peer: #b6c2d1; --line: #e2e8f0; --ground: #ffffff }
  @media (prefers-color-scheme: dark) {
    svg { --ink: #e6edf3; --quiet: #8b98a8; --ours: #2dd4bf; --peer: #4a5767; --line: #2a323d; --ground: #0d1117 }
  }
  text { font: 13px system-ui, -apple-system, 'Segoe UI', sans-serif; fill: var(--ink) }
  .title { font-size: 18px; font-weight: 600 }
  .head { font-weight: 600 }
  .quiet { fill: var(--quiet); font-size: 12px }
  .number { font-variant-numeric: tabular-nums; font-size: 12px }
  .ours { fill: var(--ours) } .peer { fill: var(--peer) } .bold { font-weight: 600 }
  .line { stroke: var(--line) } .ground { fill: var(--ground) }`;

export const drawBars = (chart: BarChart): string => {
  const heights = chart.groups.map(heightOf);
  const height = top + heights.reduce((a, b) => a + b, 0) + margin / 2;
  const starts = heights.map((_, at) => top + heights.slice(0, at).reduce((a, b) => a + b, 0));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img">`,
    `<title>${escape(chart.title)}</title>`,
    `<style>${style}\n</style>`,
    `<rect class="ground" width="${width}" height="${height}" rx="8"/>`,
    text(margin, 36, chart.title, 'title'),
    text(margin, 57, chart.subtitle, 'quiet'),
    ...chart.panels.map((panel, at) => drawPanelHead(panel, xOf(chart, at))),
    ...chart.groups.map((group, at) => drawGroup(chart, group, starts[at] as number)),
    '</svg>\n',
  ].join('\n');
};

const heightOf = ({ title, rows }: Group): number =>
  (title === '' ? 0 : groupHeadHeight) + rows.length * rowHeight + groupGap;

const panelWidth = ({ panels }: BarChart): number =>
  (width - 2 * margin - nameWidth - panelGap * panels.length) / panels.length;

const xOf = (chart: BarChart, panel: number): number =>
  margin + nameWidth + panelGap + panel * (panelWidth(chart) + panelGap);

const drawPanelHead = ({ title, note }: Panel, x: number): string =>
  text(x, 86, title, 'head') + text(x, 102, note, 'quiet');

const drawGroup = (chart: BarChart, { title, rows }: Group, y: number): string => {
  const hasHead = title !== '';
  const firstY = y + (hasHead ? groupHeadHeight : 0);
  const most = chart.panels.map((_, at) =>
    Math.max(0, ...rows.map(({ values }) => values[at] ?? 0)),
  );
  const head = hasHead
    ? `<path class="line" d="M${margin} ${y + 4}H${width - margin}"/>${text(margin, y + 21, title, 'quiet bold')}`
    : '';
  return (
    head + rows.map((row, at) => drawRow(chart, row, { y: firstY + at * rowHeight, most })).join('')
  );
};

const drawRow = (
  chart: BarChart,
  { name, isOurs, values }: Bar,
  { y, most }: { y: number; most: readonly number[] },
): string => {
  const baseline = y + barHeight - 2;
  const room = panelWidth(chart) - labelWidth;
  const bars = chart.panels.map((panel, at) => {
    const value = values[at] ?? null;
    const x = xOf(chart, at);
    if (value === null) return text(x, baseline, '–', 'quiet');
    const long = (most[at] ?? 0) === 0 ? 0 : (value / (most[at] as number)) * room;
    const shape = `<rect class="${isOurs ? 'ours' : 'peer'}" x="${round(x)}" y="${y}" width="${round(Math.max(2, long))}" height="${barHeight}" rx="2"/>`;
    return (
      shape +
      text(
        x + Math.max(2, long) + 6,
        baseline,
        panel.format(value),
        `number${isOurs ? ' bold' : ''}`,
      )
    );
  });
  return text(margin, baseline, name, isOurs ? 'bold' : '') + bars.join('');
};

const text = (x: number, y: number, words: string, kind: string): string =>
  `<text x="${round(x)}" y="${round(y)}"${kind === '' ? '' : ` class="${kind}"`}>${escape(words)}</text>`;

const round = (value: number): string => String(Math.round(value * 10) / 10);

const escape = (words: string): string =>
  words.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
