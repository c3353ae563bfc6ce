/** One process of a cluster: started, watched, ended. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';

export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

export interface NodeProcess {
  pid: number;
  /** Resolves when the process has ended, for whatever reason. */
  exited: Promise<Exit>;
  hasExited(): boolean;
  /** The last lines that it wrote, to stdout and stderr. */
  output(): string;
  /** Sends a signal (default SIGKILL); see `exited` for its effect. */
  kill(signal?: NodeJS.Signals): void;
  /** SIGTERM, and SIGKILL for one that takes longer than `timeoutMs`. */
  stop(timeoutMs: number): Promise<Exit>;
}

const repository = join(import.meta.dirname, '../../..');
/** Set where everything has just been compiled: what was built starts in half the CPU time. */
const isBuilt = process.env['SWITCHBOARD_RUN_BUILT'] === '1';
const clockOffset = join(import.meta.dirname, 'clock-offset.ts');
const outputMaxLines = 200;
/** Only if somebody asks for the inspector: several processes must not ask for one port. */
const inspectorPort = '--inspect-port=0';

export interface NodeProcessOptions {
  env: Readonly<Record<string, string>>;
  /** The folder that `apps` is in (default: this repository). */
  sources?: string | undefined;
  onLine: (line: string) => void;
}

/**
 * Starts `apps/<role>`. It has a process group of its own (a Ctrl-C reaches the starter, which stops it in
 * order) and a stdin that closes with the starter, which `SWITCHBOARD_PARENT_WATCH` makes it watch.
 */
export const startNodeProcess = (
  role: string,
  { env, sources = repository, onLine }: NodeProcessOptions,
): NodeProcess => {
  const preload = [
    ...('SWITCHBOARD_CLOCK_OFFSET_MS' in env ? ['--import', clockOffset] : []),
    ...('SWITCHBOARD_PRELOAD' in env ? ['--import', env['SWITCHBOARD_PRELOAD']] : []),
  ];
  const child = spawn(process.execPath, [inspectorPort, ...preload, ...programOf(role, sources)], {
    cwd: sources,
    env: { ...process.env, ...env, NODE_OPTIONS: '', SWITCHBOARD_PARENT_WATCH: '1' },
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const exited = awaitExit(child);
  const lines = keepLines(child, onLine);
  return {
    pid: child.pid ?? 0,
    exited,
    hasExited: () => hasExited(child),
    output: () => lines.join('\n'),
    kill: (signal = 'SIGKILL') => void child.kill(signal),
    stop: (timeoutMs) => stop(child, exited, timeoutMs),
  };
};

/** Other sources than ours are compiled by nobody. */
const programOf = (role: string, sources: string): string[] =>
  isBuilt && sources === repository
    ? [join('apps', role, 'dist/main.js')]
    : ['--conditions=source', join('apps', role, 'src/main.ts')];

/** Waits a moment for what the process wrote last; that is mostly what the reader wants to know. */
const awaitExit = async (child: ChildProcess): Promise<Exit> => {
  const drained = once(child, 'close');
  const [code, signal] = (await once(child, 'exit')) as [Exit['code'], Exit['signal']];
  await Promise.race([drained, delay(200)]);
  return { code, signal };
};

const keepLines = (child: ChildProcess, onLine: (line: string) => void): readonly string[] => {
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    if (stream === null) continue;
    createInterface({ input: stream }).on('line', (line) => {
      lines.push(line);
      if (lines.length > outputMaxLines) lines.shift();
      onLine(line);
    });
  }
  return lines;
};

const hasExited = (child: ChildProcess): boolean =>
  child.pid === undefined || child.exitCode !== null || child.signalCode !== null;

const stop = async (
  child: ChildProcess,
  exited: Promise<Exit>,
  timeoutMs: number,
): Promise<Exit> => {
  if (!hasExited(child)) child.kill('SIGTERM');
  const answered = new AbortController();
  const tooSlow = delay(timeoutMs, undefined, { signal: answered.signal }).then(
    () => child.kill('SIGKILL'),
    () => {}, // It ended in time.
  );
  const exit = await exited;
  answered.abort();
  await tooSlow;
  return exit;
};
