/** The command line in this process, against a cluster; a test of the real process is beside it. */
import type { Cluster } from '@switchboard/testkit';
import { run } from '../run.ts';

export interface Ran {
  readonly exitCode: number;
  readonly out: string;
  readonly error: string;
}

export interface RunOptions {
  readonly stdin?: string;
  readonly stop?: AbortSignal;
  readonly hasColors?: boolean;
  /** Told what was written so far. */
  readonly onOut?: (out: string) => void;
}

export async function runCli(args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  const [out, error]: [string[], string[]] = [[], []];
  const exitCode = await run(
    args,
    {
      stdin: readable(options.stdin ?? ''),
      write: (text) => {
        out.push(text);
        options.onOut?.(out.join(''));
      },
      writeError: (text) => void error.push(text),
      hasColors: options.hasColors ?? false,
      columns: undefined,
      stop: options.stop ?? new AbortController().signal,
    },
    '1.2.3',
  );
  return { exitCode, out: out.join(''), error: error.join('') };
}

async function* readable(text: string): AsyncGenerator<string> {
  yield text;
}

/** The settings of a cluster as flags. */
export function settingsOf(cluster: Cluster): string[] {
  const { ingress, edges, apiToken, authSecret, redisUrl, keyPrefix } = cluster;
  return [
    ['--url', ingress.url, '--socket-url', edges[0]!.url, '--api-token', apiToken],
    ['--auth-secret', authSecret, '--redis-url', redisUrl, '--key-prefix', keyPrefix],
  ].flat();
}
