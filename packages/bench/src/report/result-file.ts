/**
 * Keeps a result in `docs/benchmarks/<date>-<file>.{json,md}`. In the Markdown file only what lies between
 * two marks is written: the text that people put around it stays when it is measured again. In a file that
 * several workloads share each has its own marks, and in the JSON its own key.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Circumstances } from './circumstances.ts';

export interface Result {
  workload: string;
  circumstances: Circumstances;
  options: object;
  rows: readonly object[];
  turns?: readonly object[];
}

export const benchmarksFolder = join(import.meta.dirname, '../../../../docs/benchmarks');

export interface Told {
  file: string;
  /** What people read of the result. */
  measured: string;
  /** Pictures (SVG), by their name; they stand above the text. */
  charts: Readonly<Record<string, string>>;
}

/** Gives the path of the Markdown file. */
export const keepResult = async (
  result: Result,
  { file, measured, charts }: Told,
): Promise<string> => {
  const { workload, circumstances } = result;
  const path = join(benchmarksFolder, `${circumstances.date.slice(0, 10)}-${file}`);
  const isShared = file !== workload;
  const text = await readFile(`${path}.md`, 'utf8').catch(() => `# ${file}\n`);
  await mkdir(benchmarksFolder, { recursive: true });
  const pictures = Object.keys(charts).map(
    (name) => `![${name}](${basename(path)}-${name}.svg)\n\n`,
  );
  const shown = pictures.join('') + measured;
  await writeFile(`${path}.md`, replaceMeasured(text, shown, isShared ? workload : undefined));
  for (const [name, svg] of Object.entries(charts)) await writeFile(`${path}-${name}.svg`, svg);
  const others = isShared ? await readJson(`${path}.json`) : {};
  await writeFile(
    `${path}.json`,
    renderJson(isShared ? { ...others, [workload]: result } : result),
  );
  return `${path}.md`;
};

const readJson = (path: string): Promise<object> =>
  readFile(path, 'utf8').then(
    (text) => JSON.parse(text) as object,
    () => ({}),
  );

/** Puts `measured` between the marks of its section; a text without them gets them at its end. */
export const replaceMeasured = (text: string, measured: string, section?: string): string => {
  const mark = section === undefined ? 'measured' : `measured ${section}`;
  const [beginMark, endMark] = [`<!-- ${mark}: begin -->`, `<!-- ${mark}: end -->`];
  const marked = `${beginMark}\n${measured}\n${endMark}`;
  const begin = text.indexOf(beginMark);
  const end = text.indexOf(endMark);
  if (begin < 0 || end < begin) return `${text.trimEnd()}\n\n${marked}\n`;
  return text.slice(0, begin) + marked + text.slice(end + endMark.length);
};

/** JSON as the repository's formatter wants it: lists of plain values stand on one line. */
export const renderJson = (value: unknown): string =>
  `${JSON.stringify(value, null, 2).replace(/\[\n[^[\]{}]*\]/g, joinLines)}\n`;

const joinLines = (list: string): string =>
  list
    .replace(/\[\n\s+/, '[')
    .replace(/\n\s+\]$/, ']')
    .replace(/,\n\s+/g, ', ');
