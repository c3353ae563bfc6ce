/** A run as a picture (SVG): deliveries per 100 ms, who went and came back, and the faults. */
import type { Book } from './book.ts';

const stepMs = 100;
const width = 1000;
const height = 240;
const left = 50;
const top = 50;

export const drawTimeline = (book: Book, title: string): string => {
  const endMs = Math.max(1000, ...book.readers.map(({ timesMs }) => timesMs.at(-1) ?? 0)) + stepMs;
  const x = (atMs: number) => (left + (Math.max(0, atMs) / endMs) * width).toFixed(1);
  const deliveries = histogram(book.readers.map(({ timesMs }) => timesMs));
  const most = Math.max(1, ...deliveries.values());
  const bars = [...deliveries].map(([step, count]) => {
    const tall = (count / most) * height;
    return `M${x((step + 0.5) * stepMs)} ${top + height}v${(-tall).toFixed(1)}`;
  });
  const marks = (what: string) =>
    [
      ...histogram(
        book.readers.map((reader) =>
          reader.marks.filter((mark) => mark.what === what).map(({ atMs }) => atMs),
        ),
      ),
    ].map(([step, count]) => ({ x: x((step + 0.5) * stepMs), r: 1.5 + Math.log2(count + 1) }));
  const dots = (what: string, line: number, colour: string) =>
    marks(what)
      .map(
        (dot) =>
          `<circle cx="${dot.x}" cy="${top + height + line}" r="${dot.r.toFixed(1)}" fill="${colour}"/>`,
      )
      .join('');
  const faults = book.faults.map(
    ({ atMs, label }, index) =>
      `<path d="M${x(atMs)} ${top - 8}v${height + 8}" stroke="#c2410c" stroke-dasharray="4 3"/>` +
      `<text x="${x(atMs)}" y="${top - 12 - (index % 2) * 14}" fill="#c2410c">${escape(label)}</text>`,
  );
  const seconds = Array.from({ length: Math.floor(endMs / 1000) + 1 }, (_, second) => second)
    .filter((second) => second % Math.ceil(endMs / 20_000) === 0)
    .map((second) => `<text x="${x(second * 1000)}" y="${top + height + 62}">${second} s</text>`);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width + left + 60} ${top + height + 75}" font-family="sans-serif" font-size="11">`,
    '<rect width="100%" height="100%" fill="#fff"/>',
    `<text x="${left}" y="16" font-size="14">${escape(title)}</text>`,
    `<text x="4" y="${top + 10}">${most}</text><text x="4" y="${top + height}">0</text>`,
    `<path d="${bars.join('')}" stroke="#2563eb" stroke-width="${Math.max(1, (width * stepMs) / endMs - 1).toFixed(1)}"/>`,
    dots('away', 14, '#dc2626'),
    dots('back', 28, '#16a34a'),
    dots('told', 42, '#9333ea'),
    `<text x="4" y="${top + height + 18}">away</text><text x="4" y="${top + height + 32}">back</text><text x="4" y="${top + height + 46}">told</text>`,
    ...faults,
    ...seconds,
    '</svg>',
  ].join('\n');
};

const histogram = (times: readonly (readonly number[])[]): Map<number, number> => {
  const counts = new Map<number, number>();
  for (const atMs of times.flat()) {
    const step = Math.floor(Math.max(0, atMs) / stepMs);
    counts.set(step, (counts.get(step) ?? 0) + 1);
  }
  return counts;
};

const escape = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
