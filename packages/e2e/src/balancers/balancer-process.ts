/** A load balancer as a process of its own, which ends when it is stopped or when we die. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { findBalancer } from '@switchboard/testkit';

type Program = Awaited<ReturnType<typeof findBalancer>>;

export interface BalancerProcess {
  stop(): Promise<void>;
}

export interface BalancerCommand {
  program: Program;
  args: readonly string[];
  env?: Readonly<Record<string, string>>;
  /** Answers as soon as it takes connections. */
  probeUrl: string;
}

const startTimeoutMs = 10_000;
/** Linux only, as the packages are: the kernel ends the child with us, however we end. */
const setPriv = '/usr/bin/setpriv';

/** Resolves when it takes connections; rejects with what it wrote when it does not. */
export const startBalancerProcess = async (command: BalancerCommand): Promise<BalancerProcess> => {
  const { program, args, env, probeUrl } = command;
  const bound = (await exists(setPriv)) ? [setPriv, '--pdeathsig', 'TERM', '--'] : [];
  const [path, ...rest] = [...bound, program.path, ...args] as [string, ...string[]];
  const child = spawn(path, rest, {
    env: { ...process.env, ...program.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (bytes: Buffer) => (output = (output + bytes.toString()).slice(-4000)));
  const exited = once(child, 'exit');
  const deadline = performance.now() + startTimeoutMs;
  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
    await exited;
  };
  while (!(await answers(probeUrl))) {
    if (child.exitCode === null && performance.now() < deadline) await delay(50);
    else {
      await stop();
      throw new Error(`${program.path} does not answer; it wrote:\n${output}`);
    }
  }
  return { stop };
};

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

const answers = (url: string): Promise<boolean> =>
  fetch(url, { signal: AbortSignal.timeout(1000) }).then(
    () => true,
    () => false,
  );
