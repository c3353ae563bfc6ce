/** The `docker` command, as an operator types it. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const repository = join(import.meta.dirname, '../../../..');

/** The images that `npm run test:docker` has built. */
export const imageTag = 'test';
export const imageOf = (role: 'edge' | 'ingress'): string => `switchboard-${role}:${imageTag}`;

/** Its stdout; a failure's message has its stderr. */
export const docker = async (
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<string> => {
  const { stdout } = await promisify(execFile)('docker', args, {
    cwd: repository,
    env: { ...process.env, ...env },
    maxBuffer: 16 * 1024 * 1024,
  });
  return stdout.trim();
};
