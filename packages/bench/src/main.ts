/** `npm run bench`: measures a workload on this product and its peers, says how it goes, reports. */
import { contenders } from './contender/contenders.ts';
import type { StartContender } from './contender/contender.ts';
import type { Asked, BenchOptions } from './bench-options.ts';
import { parseOptions, usage } from './options.ts';
import { describeCircumstances, noteCircumstances } from './report/circumstances.ts';
import { renderHeadline } from './report/headline.ts';
import { writeReadme } from './report/readme.ts';
import { keepResult, type Result } from './report/result-file.ts';
import { awaitStopRequest } from './stop-request.ts';
import type { Workload } from './workload/workload.ts';
import { workloads } from './workload/workloads.ts';

const exitCodeUsage = 64;
const exitCodeStopped = 130;

const say = (line: string): void => void process.stderr.write(`${line}\n`);

const runWorkload = async (
  name: string,
  options: BenchOptions,
  signal: AbortSignal,
): Promise<readonly object[]> => {
  const workload = workloads.get(name) as Workload;
  const circumstances = await noteCircumstances(process.argv.slice(2));
  say(`\n${name}: ${workload.about}\n${describeCircumstances(circumstances)}`);
  const starts = choosePeers(name, workload, options);
  if (starts.length === 0) return [];
  const given = { ...options, asked: withBrief(workload, options) };
  const outcome = await workload.run({ options: given, contenders: starts, signal, say });
  const { scale, table, charts, ...measured } = outcome;
  await report(
    { workload: name, circumstances, options: scale, ...measured },
    { table, charts, workload, options },
  );
  return outcome.rows;
};

/** Who cannot take part is left out, so that one list of peers does for several workloads. */
const choosePeers = (name: string, workload: Workload, options: BenchOptions): StartContender[] => {
  const able = new Set([...workload.peers, ...(workload.furtherPeers ?? [])]);
  const asked = options.peers ?? workload.peers;
  const unable = asked.filter((peer) => !able.has(peer));
  if (unable.length > 0) say(`${name} is nothing for ${unable.join(', ')}`);
  return asked
    .filter((peer) => able.has(peer))
    .map((peer) => contenders.get(peer) as StartContender);
};

const withBrief = ({ brief }: Workload, { isBrief, asked }: BenchOptions): Asked => {
  const given = Object.entries(asked).filter(([, value]) => value !== undefined);
  return { ...(isBrief ? brief : undefined), ...Object.fromEntries(given) };
};

interface Told {
  table: string;
  charts: Readonly<Record<string, string>> | undefined;
  workload: Workload;
  options: BenchOptions;
}

const report = async (result: Result, told: Told): Promise<void> => {
  const { table, charts = {}, workload, options } = told;
  process.stdout.write(`${options.isJson ? JSON.stringify(result) : table}\n`);
  if (!options.isKept) return;
  const measured = `${describeCircumstances(result.circumstances)}\n\n${table}`;
  say(`kept in ${await keepResult(result, { file: workload.file, measured, charts })}`);
};

/** Several workloads end with the figures of all of them that stand in the README. */
const runAll = async (options: BenchOptions, signal: AbortSignal): Promise<void> => {
  const rows = new Map<string, readonly object[]>();
  for (const name of options.workloads) rows.set(name, await runWorkload(name, options, signal));
  if (rows.size > 1 && !options.isJson) process.stdout.write(`\n${renderHeadline(rows)}\n`);
};

const main = async (): Promise<number> => {
  if (process.argv.includes('--help')) {
    process.stdout.write(`${usage}\n`);
    return 0;
  }
  if (process.argv[2] === 'readme') {
    say(`README.md has ${(await writeReadme()).join(', ')}`);
    return 0;
  }
  const options = readOptions();
  if (options === undefined) return exitCodeUsage;
  const signal = awaitStopRequest(process);
  try {
    await runAll(options, signal);
    return 0;
  } catch (error) {
    if (!signal.aborted) throw error;
    say('stopped');
    return exitCodeStopped;
  }
};

const readOptions = (): BenchOptions | undefined => {
  try {
    return parseOptions(process.argv.slice(2));
  } catch (error) {
    say(`${error instanceof Error ? error.message : String(error)}\n${usage}`);
    return undefined;
  }
};

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    say(error instanceof Error ? (error.stack ?? error.message) : String(error));
    process.exit(1);
  },
);
