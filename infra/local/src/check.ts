/** `npm run check`: everything that can be found without running the code. */
import { runChecks } from './checks.ts';
import { createToolbox } from './toolbox.ts';

process.exit(await runChecks(createToolbox(process)));
