/**
 * `npm test`: the static checks, then unit, integration and end-to-end tests. Ends with the runner's count.
 * Arguments go to vitest, e.g. `npm test -- packages/bus`.
 */
import { runChecks } from './checks.ts';
import { runTests } from './run-tests.ts';
import { createToolbox } from './toolbox.ts';

const toolbox = createToolbox(process);
const checked = await runChecks(toolbox);
toolbox.say(
  checked === 0
    ? 'Running unit, integration and end-to-end tests'
    : 'The checks failed; no test was run',
);
// The check of types has compiled everything.
const built = { SWITCHBOARD_RUN_BUILT: '1' };
process.exit(checked === 0 ? await runTests(toolbox, process.argv.slice(2), built) : checked);
