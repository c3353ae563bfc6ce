/** `npm run bench -- readme`: the newest kept results, as table and pictures, between two marks of README.md. */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { describeMachine } from './circumstances.ts';
import { renderHeadline } from './headline.ts';
import { benchmarksFolder, replaceMeasured, type Result } from './result-file.ts';

const repository = join(import.meta.dirname, '../../../..');
const section = 'figures';

/** In the order in which their pictures stand. */
const shown = ['fan-out', 'rooms', 'ingest', 'density'] as const;

interface Kept {
  result: Result;
  /** Path without its ending. */
  path: string;
}

/** Gives the workloads that were found. Rejects when there is nothing to write. */
export const writeReadme = async (): Promise<string[]> => {
  const files = (await readdir(benchmarksFolder)).sort();
  const found = (await Promise.all(shown.map((name) => readNewest(files, name)))).filter(
    (kept) => kept !== undefined,
  );
  const rows = new Map(found.map(({ result }) => [result.workload, result.rows]));
  const table = renderHeadline(rows);
  if (table === '') throw new Error('no kept results: npm run bench -- --keep');
  const pictures = found.flatMap(({ result, path }) =>
    files.includes(`${path}-chart.svg`)
      ? [`![${result.workload}](${relative(repository, join(benchmarksFolder, path))}-chart.svg)`]
      : [],
  );
  const sources = found.map(describeSource).join('; ');
  const text = [table, `Measured: ${sources}. \`npm run bench\` repeats it.`, ...pictures];
  const readme = join(repository, 'README.md');
  const before = await readFile(readme, 'utf8');
  await writeFile(readme, replaceMeasured(before, text.join('\n\n'), section));
  return found.map(({ path }) => path);
};

/** Only files of one workload alone are looked at: none of those shown shares one. */
const readNewest = async (files: readonly string[], name: string): Promise<Kept | undefined> => {
  const pattern = new RegExp(`^\\d{4}-\\d\\d-\\d\\d-${name}\\.json$`);
  const file = files.findLast((candidate) => pattern.test(candidate));
  if (file === undefined) return undefined;
  const result = JSON.parse(await readFile(join(benchmarksFolder, file), 'utf8')) as Result;
  return { result, path: file.slice(0, -'.json'.length) };
};

const describeSource = ({ result, path }: Kept): string => {
  const file = relative(repository, join(benchmarksFolder, `${path}.md`));
  return `[${result.workload}](${file}), ${describeMachine(result.circumstances)}`;
};
