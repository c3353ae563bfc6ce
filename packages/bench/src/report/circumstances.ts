/** What a figure means nothing without: machine, versions, commit, command. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { availableParallelism, cpus, release, totalmem } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

export interface Circumstances {
  date: string;
  commit: string;
  /** Whether the sources of apps and packages differed from that commit. */
  hasChanges: boolean;
  command: string;
  cpu: string;
  cores: number;
  memoryGiB: number;
  kernel: string;
  node: string;
  /** Load averages over 1, 5 and 15 minutes, before the first turn. */
  loadAverages: readonly number[];
}

const repository = join(import.meta.dirname, '../../../..');

/** The lockfile and what others do beside the sources do not change what was measured. */
const measuredPaths = ['apps/*/src', 'packages/*/src'];

export const noteCircumstances = async (args: readonly string[]): Promise<Circumstances> => ({
  date: new Date().toISOString(),
  commit: await git('rev-parse', '--short=10', 'HEAD'),
  hasChanges: (await git('status', '--porcelain', '--', ...measuredPaths)) !== '',
  command: `npm run bench -- ${args.join(' ')}`,
  cpu: cpus()[0]?.model ?? 'unknown',
  cores: availableParallelism(),
  memoryGiB: Math.round(totalmem() / 2 ** 30),
  // Without what a distributor or a host appends.
  kernel: release().split('-', 1)[0] ?? '',
  node: process.version,
  loadAverages: (await readFile('/proc/loadavg', 'utf8')).split(' ').slice(0, 3).map(Number),
});

/** Empty when this is no checkout. */
const git = async (...args: string[]): Promise<string> =>
  promisify(execFile)('git', args, { cwd: repository }).then(
    ({ stdout }) => stdout.trim(),
    () => '',
  );

export const describeCircumstances = (circumstances: Circumstances): string => {
  const { date, commit, hasChanges, cpu, cores, memoryGiB, kernel, node, loadAverages } =
    circumstances;
  return [
    `${date}, commit ${commit}${hasChanges ? ' with uncommitted changes' : ''}`,
    `${cores} × ${cpu}, ${memoryGiB} GiB, Linux ${kernel}, Node ${node}`,
    `load averages before: ${loadAverages.join(' ')}`,
    `\`${circumstances.command}\``,
  ].join('  \n');
};

/** Where and of what, in a few words. */
export const describeMachine = ({ date, commit, cpu, cores }: Circumstances): string =>
  `${date.slice(0, 10)}, commit ${commit}, ${cores} cores of ${cpu}`;
