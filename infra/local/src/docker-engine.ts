/** Whether images can be built and run here. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

interface Need {
  what: string;
  args: readonly string[];
}

const needs: readonly Need[] = [
  { what: 'No Docker engine answers', args: ['version', '--format', '{{.Server.Version}}'] },
  { what: 'There is no Docker Compose (v2)', args: ['compose', 'version'] },
];

/** What is missing and why, in a sentence; undefined when nothing is. */
export const missingDocker = async (): Promise<string | undefined> => {
  for (const { what, args } of needs) {
    const reason = await failureOf(args);
    if (reason !== undefined) return `${what}: ${reason}`;
  }
  return undefined;
};

const failureOf = async (args: readonly string[]): Promise<string | undefined> => {
  try {
    await promisify(execFile)('docker', args, { timeout: 20_000 });
    return undefined;
  } catch (error) {
    const { stderr = '', message } = error as Error & { stderr?: string };
    return (stderr.trim() || message).split('\n')[0];
  }
};
