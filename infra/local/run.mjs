/**
 * What `npm start`, `npm test` and `npm run` with `test:docker`, `check`, `bench`, `simulate`, `chaos` or `fuzz`
 * call. It needs nothing but Node 18 and npm: it installs what is missing, then runs the real command, which is
 * TypeScript, on Node 22. It stays in between only to pass on signals and the exit code.
 */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const repository = join(dirname(fileURLToPath(import.meta.url)), '../..');
const binaries = join(repository, 'node_modules/.bin');

const commands = new Map([
  ['start', 'infra/local/src/start.ts'],
  ['test', 'infra/local/src/test.ts'],
  ['test:docker', 'infra/local/src/test-docker.ts'],
  ['check', 'infra/local/src/check.ts'],
  ['bench', 'packages/bench/src/main.ts'],
  ['simulate', 'packages/bench/src/simulate/main.ts'],
  ['chaos', 'packages/e2e/src/chaos.ts'],
  ['fuzz', 'packages/e2e/src/fuzz.ts'],
]);

const toolchain = ['-y', '-p', 'node@22', '-p', 'pnpm@12.21.0'];
const install = 'pnpm install --frozen-lockfile --prefer-offline';

const say = (line) => process.stderr.write(`${line}\n`);

/** pnpm keeps a copy of the lockfile that it installed last. */
const isInstalled = () => {
  const installed = join(repository, 'node_modules/.pnpm/lock.yaml');
  if (!existsSync(installed) || !existsSync(join(binaries, 'node'))) return false;
  return (
    readFileSync(installed, 'utf8') === readFileSync(join(repository, 'pnpm-lock.yaml'), 'utf8')
  );
};

/** Runs a child to its end, passing signals on, and gives its exit code. */
const run = (program, args, options) =>
  new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd: repository, ...options });
    const pass = (signal) => void child.kill(signal);
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
    for (const signal of signals) process.on(signal, pass);
    const watch = watchParent(() => pass('SIGTERM'));
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      clearInterval(watch);
      for (const name of signals) process.off(name, pass);
      resolve(code ?? 128 + constants.signals[signal]);
    });
  });

/** npm does not pass on SIGHUP and cannot pass on SIGKILL: notice that it is gone. */
const watchParent = (onGone) => {
  if (process.env.npm_lifecycle_event === undefined) return undefined;
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    onGone();
  }, 250);
  return watch;
};

const installDependencies = async () => {
  say('Installing Node 22, pnpm and the dependencies (once; needs the npm registry)');
  // stdout belongs to the command that follows, e.g. to the one line of `--json`.
  const stdio = ['ignore', 2, 2];
  const env = { ...process.env, CI: 'true', npm_config_loglevel: 'error' };
  const code = await run('npx', [...toolchain, '-c', install], { stdio, env });
  if (code === 0) return;
  say(
    `The installation failed (exit code ${code}). By hand: npx ${toolchain.join(' ')} -c '${install}'`,
  );
  process.exit(code);
};

const main = async ([name, ...args]) => {
  const script = commands.get(name);
  if (script === undefined) {
    say(`Usage: node infra/local/run.mjs ${[...commands.keys()].join('|')} [options]`);
    process.exit(64);
  }
  if (!isInstalled()) await installDependencies();
  const env = { ...process.env, PATH: `${binaries}:${process.env.PATH}` };
  const stdio = ['ignore', 'inherit', 'inherit', 'ipc'];
  const node = join(binaries, 'node');
  process.exit(await run(node, ['--conditions=source', script, ...args], { stdio, env }));
};

await main(process.argv.slice(2));
