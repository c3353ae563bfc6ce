/** Lines over time, one per edge. Drawn by uPlot in the colours of the page. */
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import UPlot from 'uplot';

export interface Line {
  readonly name: string;
  readonly values: readonly (number | null)[];
}

export interface ChartProps {
  readonly title: string;
  readonly unit: string;
  readonly timesMs: readonly number[];
  readonly lines: readonly Line[];
}

const heightPx = 190;
/** What is seen of the past, s. */
const spanS = 180;
const strokes = ['#3b6fe0', '#d0702b', '#2f9e63', '#a757c9', '#c23f5d', '#228a9b'];

export const strokeOf = (index: number): string => strokes[index % strokes.length] ?? '#888';

export function Chart({ title, unit, timesMs, lines }: ChartProps) {
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<UPlot>(undefined);
  const names = lines.map(({ name }) => name).join('\n');
  useLayoutEffect(() => {
    if (box.current === null) return;
    plot.current = draw(box.current, lines, unit);
    return () => plot.current?.destroy();
  }, [names, unit]);
  useEffect(() => {
    const times = timesMs.map((atMs) => atMs / 1000);
    plot.current?.setData([times, ...lines.map(({ values }) => [...values])]);
  }, [timesMs, lines]);
  useWidth(box, plot);
  const newest = lines.map(({ name, values }) => `${name}: ${write(values.at(-1), unit)}`);
  return (
    <figure class="chart">
      <figcaption>
        <h2>{title}</h2>
        <ul class="legend">
          {lines.map(({ name, values }, index) => (
            <li key={name}>
              <svg viewBox="0 0 10 10" width="10" height="10" aria-hidden="true">
                <circle cx="5" cy="5" r="5" fill={strokeOf(index)} />
              </svg>
              {name} <b>{write(values.at(-1), unit)}</b>
            </li>
          ))}
        </ul>
      </figcaption>
      <div ref={box} class="plot" role="img" aria-label={`${title}. ${newest.join('. ')}`} />
    </figure>
  );
}

const write = (value: number | null | undefined, unit: string): string =>
  value == null ? '–' : `${value < 10 ? value.toFixed(1) : Math.round(value)} ${unit}`;

function draw(box: HTMLElement, lines: readonly Line[], unit: string): UPlot {
  const style = getComputedStyle(box);
  const axis = {
    // Asked at each drawing: the colours of the page may change meanwhile.
    stroke: () => getComputedStyle(box).color,
    font: `12px ${style.fontFamily}`,
    grid: { stroke: 'rgb(128 138 152 / 22%)', width: 1 },
    ticks: { show: false },
  };
  const options: UPlot.Options = {
    width: Math.max(box.clientWidth, 200),
    height: heightPx,
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false } },
    scales: {
      x: { range: (_plot, _min, max) => [max - spanS, max] },
      y: { range: (_plot, _min, max) => [0, niceTop(max)] },
    },
    axes: [
      { ...axis, size: 34, gap: 9, space: 90, values: (_plot, marks) => marks.map(timeOf) },
      { ...axis, size: 54, values: (_plot, marks) => marks.map((mark) => `${mark} ${unit}`) },
    ],
    series: [
      {},
      ...lines.map(({ name }, index) => ({
        label: name,
        stroke: strokeOf(index),
        width: 2,
        points: { show: false },
      })),
    ],
  };
  return new UPlot(options, [[]], box);
}

const timeFormat = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' });
const timeOf = (atS: number): string => timeFormat.format(atS * 1000);

/** A scale that does not shrink to the noise of a quiet cluster. */
const niceTop = (max: number | null): number => Math.max(5, (max ?? 0) * 1.15);

function useWidth(
  box: { readonly current: HTMLDivElement | null },
  plot: { readonly current: UPlot | undefined },
): void {
  useEffect(() => {
    if (box.current === null) return;
    const element = box.current;
    const observer = new ResizeObserver(() =>
      plot.current?.setSize({ width: element.clientWidth, height: heightPx }),
    );
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
}
