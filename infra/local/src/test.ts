/**
 * `npm test`: the static checks, then unit, integration and end-to-end tests. Ends with the runner's count.
 * Arguments go to vitest, e.g. `npm test -- packages/bus`.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runChecks } from './checks.ts';
import { countLine } from './test-count.ts';
import { createToolbox, type Toolbox } from './toolbox.ts';

const runTests = async (toolbox: Toolbox, args: readonly string[]): Promise<number> => {
  const folder = await mkdtemp(join(tmpdir(), 'switchboard-report-'));
  const report = join(folder, 'report.json');
  try {
    toolbox.say('Running unit, integration and end-to-end tests');
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
    const code = await toolbox.run('vitest', ['run', ...reporters, ...args]);
    process.stdout.write(`${countLine(await readFile(report, 'utf8'))}\n`);
    return code;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};

const toolbox = createToolbox(process);
const checked = await runChecks(toolbox);
if (checked !== 0) toolbox.say('The checks failed; no test was run');
process.exit(checked === 0 ? await runTests(toolbox, process.argv.slice(2)) : checked);
