/** The static checks, in parallel and cached by turbo: what has not changed is not checked again. */
import type { Toolbox } from './toolbox.ts';

const tasks = [
  'check:format',
  'check:lint',
  'check:types',
  'check:imports',
  'check:unused',
  'asyncapi:check',
];

const options = ['--log-order=grouped', '--output-logs=errors-only', '--log-prefix=none'];

/** Gives the exit code; the first failure ends the others. */
export const runChecks = async (toolbox: Toolbox): Promise<number> => {
  toolbox.say('Checking format, lint, types, imports, unused code, AsyncAPI drift');
  return toolbox.run('turbo', ['run', ...tasks, ...options], { TURBO_TELEMETRY_DISABLED: '1' });
};
