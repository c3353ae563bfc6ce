/** Processes of the bench's own: load and peers. None outlives the bench, however that ends. */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';

export interface BenchProcess {
  child: ChildProcess;
  pid: number;
  /** Ends it and waits for that. */
  stop(): Promise<void>;
}

const stopTimeoutMs = 2000;

/**
 * Starts a program of this package. It has a process group of its own, so that a Ctrl-C reaches the bench
 * alone, and ends when the IPC channel to the bench closes.
 */
export const startBenchProcess = (program: URL, args: readonly string[] = []): BenchProcess => {
  const child = fork(program, args, {
    detached: true,
    execArgv: ['--conditions=source'],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  return { child, pid: child.pid ?? 0, stop: () => stop(child) };
};

const stop = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  const tooSlow = delay(stopTimeoutMs, 'too slow', { ref: false });
  if ((await Promise.race([exited, tooSlow])) === 'too slow') child.kill('SIGKILL');
  await exited;
};
