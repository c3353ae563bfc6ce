/** `npm run simulate -- --refit`: the measured points anew, from kept results of the bench. */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { benchmarksFolder, renderJson, type Result } from '../report/result-file.ts';
import type { Measured } from './measured.ts';
import { readResults } from './read-results.ts';

/** What `npm run simulate` predicts with; beside the results that it comes from. */
export const measuredFile = join(benchmarksFolder, 'cost-points.json');

const workloads = ['cost-curve', 'fan-out', 'rooms', 'ingest', 'density'];

export const readMeasured = async (): Promise<Measured> =>
  JSON.parse(await readFile(measuredFile, 'utf8')) as Measured;

/** Rejects when the results lack what the model needs. */
export const refit = async (paths: readonly string[]): Promise<Measured> => {
  const chosen = paths.length > 0 ? paths : await newestResults();
  const texts = await Promise.all(chosen.map((path) => readFile(path, 'utf8')));
  const measured = readResults(texts.map((text) => JSON.parse(text) as Result));
  if (measured.messages.length < 4 || measured.sockets.length === 0)
    throw new Error(`too little to fit to in ${chosen.join(', ')}: keep ${workloads.join(', ')}`);
  await writeFile(measuredFile, renderJson(measured));
  return measured;
};

const newestResults = async (): Promise<string[]> => {
  const files = (await readdir(benchmarksFolder)).sort();
  const newest = workloads.map((name) =>
    files.findLast((file) => new RegExp(`^\\d{4}-\\d\\d-\\d\\d-${name}\\.json$`).test(file)),
  );
  return newest.filter((file) => file !== undefined).map((file) => join(benchmarksFolder, file));
};
