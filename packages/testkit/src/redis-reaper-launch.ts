/** Starts the reaper of a private Redis (see `redis-reaper.ts`). */
import { spawn } from 'node:child_process';
import { join } from 'node:path';

export interface RedisReaper {
  /** The folder is gone already: the reaper has nothing to do and ends. */
  dismiss(): void;
}

/** The pipe to the reaper's stdin is the whole protocol: the kernel closes it when this process dies. */
export const startRedisReaper = (folder: string): RedisReaper => {
  const program = join(import.meta.dirname, 'redis-reaper.ts');
  const reaper = spawn(process.execPath, ['--no-warnings', program, folder], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  reaper.unref();
  return { dismiss: () => void reaper.stdin.end() };
};
