/**
 * Keeps a result in `docs/benchmarks/<date>-<workload>.{json,md}`. In the Markdown file only what lies between
 * two marks is written: the text that people put around it stays when it is measured again.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Circumstances } from './circumstances.ts';
import type { Row } from './summary.ts';

export interface Result {
  workload: string;
  circumstances: Circumstances;
  options: object;
  rows: readonly Row[];
  turns: readonly unknown[];
}

const folder = join(import.meta.dirname, '../../../../docs/benchmarks');
const beginMark = '<!-- measured: begin -->';
const endMark = '<!-- measured: end -->';

/** Gives the path of the Markdown file. */
export const keepResult = async (result: Result, measured: string): Promise<string> => {
  const name = `${result.circumstances.date.slice(0, 10)}-${result.workload}`;
  const path = join(folder, `${name}.md`);
  const before = await readFile(path, 'utf8').catch(() => `# ${result.workload}\n`);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, `${name}.json`), renderJson(result));
  await writeFile(path, replaceMeasured(before, measured));
  return path;
};

/** Puts `measured` between the marks; a text without them gets them at its end. */
export const replaceMeasured = (text: string, measured: string): string => {
  const section = `${beginMark}\n${measured}\n${endMark}`;
  const begin = text.indexOf(beginMark);
  const end = text.indexOf(endMark);
  if (begin < 0 || end < begin) return `${text.trimEnd()}\n\n${section}\n`;
  return text.slice(0, begin) + section + text.slice(end + endMark.length);
};

/** JSON as the repository's formatter wants it: lists of plain values stand on one line. */
export const renderJson = (value: unknown): string =>
  `${JSON.stringify(value, null, 2).replace(/\[\n[^[\]{}]*\]/g, joinLines)}\n`;

const joinLines = (list: string): string =>
  list
    .replace(/\[\n\s+/, '[')
    .replace(/\n\s+\]$/, ']')
    .replace(/,\n\s+/g, ', ');
