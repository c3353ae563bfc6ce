/**
 * A private Redis as a process of its own: loopback only, nothing on disk but a temporary folder, and in a
 * session of its own, so that a Ctrl-C at the terminal does not reach it before those who use it.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { findFreePort } from './free-port.ts';
import { startRedisReaper } from './redis-reaper-launch.ts';
import { pingRedis } from './redis-ping.ts';
import type { RedisServer } from './redis-server.ts';

type Executable = Extract<RedisServer, { kind: 'executable' }>;

export interface RedisProcess {
  url: string;
  port: number;
  pid: number;
  /** Resolves when the process has ended, for whatever reason. */
  exited: Promise<void>;
  kill(signal: NodeJS.Signals): Promise<void>;
  stop(): Promise<void>;
}

const startAttempts = 5;
const stopTimeoutMs = 2000;

export interface RedisProcessOptions {
  /** Come after the defaults and so override them. */
  args: readonly string[];
  /** Default: a free one. */
  port?: number | undefined;
  /** The text of a configuration file, which the server may write to (a Sentinel has to). */
  config?: string | undefined;
}

/** A running server. */
export const startRedisProcess = async (
  server: Executable,
  { args, port, config }: RedisProcessOptions,
): Promise<RedisProcess> => {
  const folder = await mkdtemp(join(tmpdir(), 'switchboard-redis-'));
  const reaper = startRedisReaper(folder);
  const release = async () => {
    await rm(folder, { recursive: true, force: true });
    reaper.dismiss();
  };
  try {
    const file = config === undefined ? [] : [await writeConfig(folder, config)];
    return await launch(server, { args, file, folder, wantedPort: port, release });
  } catch (error) {
    await release();
    throw error;
  }
};

const writeConfig = async (folder: string, config: string): Promise<string> => {
  const path = join(folder, 'redis.conf');
  await writeFile(path, config);
  return path;
};

interface LaunchOptions {
  args: readonly string[];
  /** The configuration file, if there is one: it has to be the first argument. */
  file: readonly string[];
  folder: string;
  wantedPort: number | undefined;
  release: () => Promise<void>;
}

/** Between finding a free port and using it somebody else may take it: then another one. */
const launch = async (server: Executable, options: LaunchOptions): Promise<RedisProcess> => {
  for (let attempt = 1; ; attempt += 1) {
    const port = options.wantedPort ?? (await findFreePort());
    const child = spawnServer(server, port, options);
    const exited = once(child, 'exit').then(() => {});
    if (await isUp(child, port)) return handle(child, port, { exited, release: options.release });
    await endProcess(child, exited);
    if (attempt === startAttempts) throw new Error(await startFailure(server, options.folder));
  }
};

const spawnServer = (server: Executable, port: number, options: LaunchOptions): ChildProcess => {
  const { args, file, folder } = options;
  const own = [
    ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder],
    ['--unixsocket', join(folder, 'redis.sock'), '--pidfile', join(folder, 'redis.pid')],
    ['--logfile', join(folder, 'redis.log'), '--daemonize', 'no'],
    ['--save', '', '--appendonly', 'no'],
  ];
  return spawn(server.path, [...file, ...own.flat(), ...args], {
    detached: true,
    stdio: 'ignore',
    env: { ...process.env, ...server.env },
  }).on('error', () => {
    // Reported by `isUp`, which sees that there is no process.
  });
};

/** One that has an append-only file reads it first, which takes long on a busy machine. */
const startPatienceMs = 30_000;

const isUp = async (child: ChildProcess, port: number): Promise<boolean> => {
  const deadline = performance.now() + startPatienceMs;
  while (performance.now() < deadline) {
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null)
      return false;
    if (await pingRedis(port)) return child.exitCode === null;
    await delay(20);
  }
  return false;
};

const startFailure = async (server: Executable, folder: string): Promise<string> => {
  const log = await readFile(join(folder, 'redis.log'), 'utf8').catch(() => '(no log)');
  return `${server.path} did not start:\n${log.split('\n').slice(-10).join('\n')}`;
};

const handle = (
  child: ChildProcess,
  port: number,
  { exited, release }: { exited: Promise<void>; release: () => Promise<void> },
): RedisProcess => ({
  url: `redis://127.0.0.1:${port}`,
  port,
  pid: child.pid ?? 0,
  exited,
  kill: async (signal) => {
    child.kill(signal);
    if (signal === 'SIGKILL' || signal === 'SIGTERM') await exited;
  },
  stop: async () => {
    await endProcess(child, exited);
    await release();
  },
});

const endProcess = async (child: ChildProcess, exited: Promise<void>): Promise<void> => {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  const tooSlow = delay(stopTimeoutMs, 'too slow', { ref: false });
  if ((await Promise.race([exited, tooSlow])) === 'too slow') child.kill('SIGKILL');
  await exited;
};
