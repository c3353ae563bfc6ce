/** `npm run bench`: measures a workload on this product and its peers, says how it goes, reports. */
import { contenders } from './contender/contenders.ts';
import type { StartContender } from './contender/contender.ts';
import { parseOptions, usage, type BenchOptions } from './options.ts';
import { describeCircumstances, noteCircumstances } from './report/circumstances.ts';
import { keepResult, type Result } from './report/result-file.ts';
import { summarize } from './report/summary.ts';
import { renderBackground, renderResults } from './report/table.ts';
import { awaitStopRequest } from './stop-request.ts';
import { runFanOut } from './workload/fan-out.ts';

const exitCodeUsage = 64;
const exitCodeStopped = 130;

const say = (line: string): void => void process.stderr.write(`${line}\n`);

const measure = async (options: BenchOptions, signal: AbortSignal): Promise<Result> => {
  const circumstances = await noteCircumstances(process.argv.slice(2));
  say(describeCircumstances(circumstances));
  const { peers, workload, ...rest } = options;
  const turns = await runFanOut({
    ...rest,
    contenders: peers.map((name) => contenders.get(name) as StartContender),
    signal,
    say,
  });
  return { workload, circumstances, options, rows: summarize(turns), turns };
};

const report = async (result: Result, { isJson, isKept }: BenchOptions): Promise<void> => {
  const table = `${renderResults(result.rows)}\n\n${renderBackground(result.rows)}`;
  process.stdout.write(`${isJson ? JSON.stringify(result) : table}\n`);
  if (!isKept) return;
  const measured = `${describeCircumstances(result.circumstances)}\n\n${table}`;
  say(`kept in ${await keepResult(result, measured)}`);
};

const main = async (): Promise<number> => {
  if (process.argv.includes('--help')) {
    process.stdout.write(`${usage}\n`);
    return 0;
  }
  const options = readOptions();
  if (options === undefined) return exitCodeUsage;
  const signal = awaitStopRequest(process);
  try {
    await report(await measure(options, signal), options);
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
