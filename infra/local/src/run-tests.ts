/** Runs vitest and says how many tests there were. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { countLine } from './test-count.ts';
import type { Toolbox } from './toolbox.ts';

/** Gives the runner's exit code; the last line on stdout is its count. */
export const runTests = async (
  toolbox: Toolbox,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<number> => {
  const folder = await mkdtemp(join(tmpdir(), 'switchboard-report-'));
  const report = join(folder, 'report.json');
  try {
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
    const code = await toolbox.run('vitest', ['run', ...reporters, ...args], env);
    process.stdout.write(`${countLine(await readFile(report, 'utf8'))}\n`);
    return code;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};
