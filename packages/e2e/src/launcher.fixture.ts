/**
 * Starts the launcher the way a person does, and looks at what it leaves behind. Everything that it starts
 * inherits a temporary folder of its own, by which files and processes are recognised afterwards.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const repository = join(import.meta.dirname, '../../..');

/** The line that `--json` prints. */
export interface Ready {
  ready: true;
  redis: string;
  ingress: string;
  edges: string[];
  backend?: string;
  api_token: string;
  auth_secret: string;
  pids: { edges: number[]; ingress: number[]; redis: number | null; backend?: number };
}

export interface Launch {
  child: ChildProcess;
  /** Resolves when stdout has a text that fits. */
  printed(pattern: RegExp): Promise<void>;
  stdout(): string;
  stderr(): string;
  /** Resolves when the process that was started has ended. */
  ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  /** Processes that still run, and files that are still there. */
  leftovers(): string[];
  /** For the end of a test, however it went. */
  cleanUp(): Promise<void>;
}

type Command = readonly [program: string, ...args: string[]];

export const npmStart: Command = ['npm', 'start', '--'];
/** The launcher alone, without npm and `run.mjs` in between. */
export const launcherAlone: Command = [
  process.execPath,
  '--conditions=source',
  'infra/local/src/start.ts',
];

/** In a process group of its own, as a terminal would start it. */
export const launch = (
  command: Command,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Launch => {
  const folder = mkdtempSync(join(tmpdir(), 'switchboard-launch-'));
  const [program, ...own] = command;
  const child = spawn(program, [...own, ...args], {
    cwd: repository,
    env: { ...process.env, TMPDIR: folder, REDIS_URL: '', npm_lifecycle_event: undefined, ...env },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = { stdout: '', stderr: '' };
  child.stdout.on('data', (data) => (output.stdout += String(data)));
  child.stderr.on('data', (data) => (output.stderr += String(data)));
  const ended = once(child, 'exit').then(([code, signal]) => ({ code, signal }));
  // npm keeps a cache of compiled code of its own in the temporary folder.
  const files = () => readdirSync(folder).filter((name) => name !== 'node-compile-cache');
  const leftovers = () => [...processesOf(folder), ...files()];
  return {
    child,
    printed: (pattern) =>
      waitFor(
        child,
        () => pattern.test(output.stdout),
        () => output.stderr,
      ),
    stdout: () => output.stdout,
    stderr: () => output.stderr,
    ended,
    leftovers,
    cleanUp: async () => {
      child.kill('SIGTERM');
      await ended;
      await waitFor(
        child,
        () => leftovers().length === 0,
        () => leftovers().join(', '),
        true,
      );
      rmSync(folder, { recursive: true });
    },
  };
};

/** Starts with `--json` and gives the line. */
export const launchReady = async (
  command: Command,
  args: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): Promise<Launch & { ready: Ready }> => {
  const launched = launch(command, ['--json', ...args], env);
  await launched.printed(/\n/).catch(async (error: unknown) => {
    await launched.cleanUp();
    throw error;
  });
  return { ...launched, ready: JSON.parse(launched.stdout()) as Ready };
};

const waitFor = async (
  child: ChildProcess,
  isReached: () => boolean,
  describe: () => string,
  mayHaveEnded = false,
): Promise<void> => {
  const deadline = Date.now() + 40_000;
  while (!isReached()) {
    const hasEnded = child.exitCode !== null || child.signalCode !== null;
    if (Date.now() > deadline || (hasEnded && !mayHaveEnded)) throw new Error(describe());
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
};

/** Linux shows the environment of every process of the same user. */
const processesOf = (folder: string): string[] => {
  if (!existsSync('/proc/self/environ')) return [];
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && contentOf(`/proc/${name}/environ`).includes(folder))
    .map((pid) => `${pid} ${contentOf(`/proc/${pid}/cmdline`).replaceAll('\0', ' ')}`)
    .filter((line) => !/^\d+ $/.test(line));
};

const contentOf = (path: string): string => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return ''; // The process has ended meanwhile, or belongs to somebody else.
  }
};
