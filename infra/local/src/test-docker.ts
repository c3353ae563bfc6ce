/**
 * `npm run test:docker`: builds the images, checks them, and plays the end-to-end suite's short story on sites
 * of them: by Testcontainers, and by `docker compose`. Needs a Docker engine; exits with 69 where there is none.
 * `--without grafana,prometheus` leaves out services of compose.yaml whose images cannot be had.
 */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { parseArgs, promisify } from 'node:util';
import { missingDocker } from './docker-engine.ts';
import { runTests } from './run-tests.ts';
import { createToolbox } from './toolbox.ts';

/** EX_UNAVAILABLE of sysexits.h. */
const unavailable = 69;

const imagesOf = async (): Promise<Record<string, string>> => {
  const url = new URL('../../../package.json', import.meta.url);
  const { version } = JSON.parse(await readFile(url, 'utf8')) as { version: string };
  const { stdout } = await promisify(execFile)('git', ['rev-parse', 'HEAD']);
  // compose.yaml asks for the secrets, though a build has none.
  const secrets = { AUTH_SECRET: 'unused', API_TOKENS: 'unused' };
  return { ...secrets, TAG: 'test', VERSION: version, REVISION: stdout.trim() };
};

const { values, positionals } = parseArgs({
  options: { without: { type: 'string', default: '' } },
  allowPositionals: true,
});
const toolbox = createToolbox(process);

const missing = await missingDocker();
if (missing !== undefined) {
  toolbox.say(missing);
  toolbox.say('No image was built and no test was run');
  process.exit(unavailable);
}

toolbox.say('Building the images');
const built = await toolbox.run(
  'docker',
  ['compose', '--progress', 'plain', 'build', 'edge', 'ingress'],
  await imagesOf(),
);
if (built !== 0) {
  toolbox.say('The images were not built; no test was run');
  process.exit(built);
}

toolbox.say('Checking the images, and the short story on sites of them');
if (values.without !== '') toolbox.say(`Not tested: ${values.without} of compose.yaml`);
const config = ['--config', 'packages/e2e/src/containers/vitest.config.ts'];
process.exit(
  await runTests(toolbox, [...config, ...positionals], { COMPOSE_WITHOUT: values.without }),
);
