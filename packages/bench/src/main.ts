/** `npm run bench`: measures a workload on this product and its peers, says how it goes, reports. */
import { contenders } from './contender/contenders.ts';
import type { StartContender } from './contender/contender.ts';
import type { BenchOptions } from './bench-options.ts';
import { parseOptions, usage } from './options.ts';
import { describeCircumstances, noteCircumstances } from './report/circumstances.ts';
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
): Promise<void> => {
  const workload = workloads.get(name) as Workload;
  const circumstances = await noteCircumstances(process.argv.slice(2));
  say(describeCircumstances(circumstances));
  const starts = (options.peers ?? workload.peers).map(
    (peer) => contenders.get(peer) as StartContender,
  );
  const outcome = await workload.run({ options, contenders: starts, signal, say });
  const { table, ...measured } = outcome;
  await report(
    { workload: name, circumstances, options, ...measured },
    { table, workload, options },
  );
};

const report = async (
  result: Result,
  { table, workload, options }: { table: string; workload: Workload; options: BenchOptions },
): Promise<void> => {
  process.stdout.write(`${options.isJson ? JSON.stringify(result) : table}\n`);
  if (!options.isKept) return;
  const measured = `${describeCircumstances(result.circumstances)}\n\n${table}`;
  say(`kept in ${await keepResult(result, { file: workload.file, measured })}`);
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
    for (const name of options.workloads) await runWorkload(name, options, signal);
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
