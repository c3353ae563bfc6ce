import { expect, test } from 'vitest';
import { createBook, type Book, type ReaderEntry } from './book.ts';
import { drawTimeline } from './timeline.ts';

const title = 'a run < 5 s & more';

const reader = (name: string, timesMs: number[]): ReaderEntry => ({
  name,
  role: 'client',
  room: 0,
  numbers: timesMs.map((_, number) => number),
  timesMs,
  eventIds: [],
  positions: [],
  marks: [
    { what: 'away', atMs: 1010, receipts: 1 },
    { what: 'back', atMs: 1550, receipts: 1 },
  ],
});

const book: Book = {
  ...createBook(),
  readers: [
    reader('one', [20, 130, 140, 1700, 1701, 1702, 4210]),
    reader('other', [25, 135, 1705, 2999, 3000]),
  ],
  faults: [
    { atMs: 1000, label: 'kill -9 <edge-1> & "co"' },
    { atMs: 3000, label: 'healed' },
  ],
};

/** Rejects what is not well-formed; gives every element with its attributes and text. */
const parse = (xml: string) => {
  const open: string[] = [];
  const elements: { name: string; attributes: Record<string, string>; text: string }[] = [];
  const token = /<(\/?)([a-z]+)((?: [\w:-]+="[^"<]*")*) ?(\/?)>|([^<]+)/uy;
  while (token.lastIndex < xml.length) {
    const at = token.lastIndex;
    const match = token.exec(xml);
    if (match === null) throw new Error(`not well-formed at ${xml.slice(at, at + 40)}`);
    const [, closes, name = '', attributes = '', isEmpty, text] = match;
    if (text !== undefined) {
      if (/&(?!(?:amp|lt|gt|quot);)/u.test(text)) throw new Error(`a bare & in ${text}`);
      elements.at(-1)!.text += text.trim();
    } else if (closes === '/') {
      if (open.pop() !== name) throw new Error(`</${name}> closes nothing`);
    } else {
      const pairs = [...attributes.matchAll(/([\w:-]+)="([^"]*)"/gu)];
      const named = Object.fromEntries(pairs.map(([, key, value]) => [key, value]));
      elements.push({ name, attributes: named, text: '' });
      if (isEmpty === '') open.push(name);
    }
  }
  if (open.length > 0) throw new Error(`<${open.at(-1)}> is not closed`);
  return elements;
};

const picture = () => parse(drawTimeline(book, title));

/** Where times stand, from the first two labels of the axis. */
const createScale = (elements: ReturnType<typeof parse>) => {
  const placeOf = (label: string) =>
    Number(elements.find(({ text }) => text === label)!.attributes['x']);
  const [zero, second] = [placeOf('0 s'), placeOf('1 s')];
  return { toMs: (x: number) => ((x - zero) / (second - zero)) * 1000 };
};

test('is well-formed, whatever is written in it', () => {
  const elements = picture();
  expect(elements[0]).toMatchObject({ name: 'svg' });
  expect(elements.map(({ text }) => text)).toContain('a run &lt; 5 s &amp; more');
});

test('marks every fault by name at its time', () => {
  const elements = picture();
  const { toMs } = createScale(elements);
  const labels = elements.filter(({ attributes }) => attributes['fill'] === '#c2410c');
  expect(labels.map(({ text }) => text)).toEqual(['kill -9 &lt;edge-1&gt; &amp; "co"', 'healed']);
  const lines = elements.filter(({ attributes }) => attributes['stroke'] === '#c2410c');
  const times = lines.map(({ attributes }) =>
    toMs(Number(/^M([\d.]+)/u.exec(attributes['d']!)![1])),
  );
  expect(times.map((ms) => Math.round(ms / 10) * 10)).toEqual([1000, 3000]);
});

test('draws as many deliveries in each second as the book has', () => {
  const elements = picture();
  const { toMs } = createScale(elements);
  const bars = elements.find(({ attributes }) => attributes['stroke'] === '#2563eb')!.attributes[
    'd'
  ]!;
  const most = Math.max(...elements.map(({ text }) => (/^\d+$/u.test(text) ? Number(text) : 0)));
  const drawn = new Map<number, number>();
  const tallest = Math.max(...[...bars.matchAll(/v-([\d.]+)/gu)].map(([, tall]) => Number(tall)));
  for (const [, x, tall] of bars.matchAll(/M([\d.]+) [\d.]+v-([\d.]+)/gu)) {
    const second = Math.floor(toMs(Number(x)) / 1000);
    drawn.set(second, (drawn.get(second) ?? 0) + (Number(tall) / tallest) * most);
  }
  const counts = Object.fromEntries([...drawn].map(([at, count]) => [at, Math.round(count)]));
  expect(counts).toEqual({ 0: 5, 1: 4, 2: 1, 3: 1, 4: 1 });
});
