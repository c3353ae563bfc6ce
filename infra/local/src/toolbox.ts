/** Runs the tools of `node_modules/.bin` and of the PATH one after the other and ends them with this process. */
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { delimiter, join } from 'node:path';

export interface Toolbox {
  say(line: string): void;
  /** Runs a tool in the repository's root and gives its exit code (130 and the like for a signal). */
  run(
    tool: string,
    args: readonly string[],
    env?: Readonly<Record<string, string>>,
  ): Promise<number>;
}

const repository = join(import.meta.dirname, '../../..');
const path = [join(repository, 'node_modules/.bin'), process.env['PATH']].join(delimiter);

interface Host {
  on(event: string, listener: (...values: never[]) => void): unknown;
  channel?: { unref(): void } | null | undefined;
}

export const createToolbox = (host: Host): Toolbox => {
  let end: ((signal: NodeJS.Signals) => void) | undefined;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    host.on(signal, () => end?.(signal));
  host.on('disconnect', () => end?.('SIGTERM'));
  host.channel?.unref();

  return {
    say: (line) => void process.stderr.write(`${line}\n`),
    run: async (tool, args, env = {}) => {
      const child = spawn(tool, args, {
        cwd: repository,
        stdio: ['ignore', 'inherit', 'inherit'],
        env: { ...process.env, PATH: path, ...env },
      });
      end = (signal) => void child.kill(signal);
      const code = await new Promise<number>((resolve, reject) => {
        child.on('error', reject);
        child.on('exit', (exitCode, signal) =>
          resolve(exitCode ?? 128 + (signal === null ? 0 : constants.signals[signal])),
        );
      });
      end = undefined;
      return code;
    },
  };
};
