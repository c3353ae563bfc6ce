/** `npm start -- --with-backend`: examples/backend beside the cluster, each knowing the other. */
import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { isPortFree, type Cluster } from '@switchboard/testkit';

/** The address is known before the cluster starts, the cluster's addresses only afterwards. */
export interface PlannedBackend {
  readonly url: string;
  /** What makes edges and ingresses call it. */
  readonly hooks: Readonly<Record<'SEND_HOOK_URL' | 'EVENTS_HOOK_URL' | 'HOOK_SECRETS', string>>;
}

export interface RunningBackend {
  readonly url: string;
  readonly pid: number;
  /** Resolves with how it ended, for whatever reason. */
  readonly exited: Promise<string>;
  stop(timeoutMs: number): Promise<void>;
}

const folder = join(import.meta.dirname, '../../../examples/backend');
const endWithParent = join(import.meta.dirname, 'end-with-parent.ts');

/** Above the ports of the cluster. */
const portOffset = 300;
const portAttempts = 100;

/** @param basePort the cluster's first port */
export const planBackend = async (basePort: number): Promise<PlannedBackend> => {
  const port = await freePortFrom(Math.min(basePort + portOffset, 65_000));
  const url = `http://127.0.0.1:${port}`;
  const secret = randomBytes(24).toString('base64url');
  return {
    url,
    hooks: {
      SEND_HOOK_URL: `${url}/hooks/send`,
      EVENTS_HOOK_URL: `${url}/hooks/events`,
      HOOK_SECRETS: secret,
    },
  };
};

const freePortFrom = async (first: number): Promise<number> => {
  for (let port = first; port < first + portAttempts; port += 1) {
    if (await isPortFree(port)) return port;
  }
  throw new Error(`no free port for the backend from ${first} on`);
};

/** Resolves when it listens; rejects with what it wrote when it does not. Keeps nothing on the disk. */
export const startBackend = async (
  { url, hooks }: PlannedBackend,
  cluster: Cluster,
  onLine: (line: string) => void,
): Promise<RunningBackend> => {
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', '--import', endWithParent, 'src/main.ts'],
    {
      cwd: folder,
      // A Ctrl-C at the terminal reaches the launcher, which stops it in order.
      detached: true,
      stdio: ['pipe', 'ignore', 'pipe'],
      env: {
        ...process.env,
        NODE_OPTIONS: '',
        HOST: '127.0.0.1',
        PORT: new URL(url).port,
        DATABASE: ':memory:',
        INGRESS_URL: cluster.ingress.url,
        EDGE_URLS: cluster.edges.map((edge) => edge.url).join(),
        API_TOKEN: cluster.apiToken,
        AUTH_SECRET: cluster.authSecret,
        HOOK_SECRETS: hooks.HOOK_SECRETS,
      },
    },
  );
  const exited = once(child, 'exit').then(([code, signal]) =>
    String(signal ?? `exit code ${code}`),
  );
  await listening(child, exited, onLine);
  return { url, pid: child.pid ?? 0, exited, stop: (timeoutMs) => stop(child, exited, timeoutMs) };
};

const listening = async (
  child: ChildProcess,
  exited: Promise<string>,
  onLine: (line: string) => void,
): Promise<void> => {
  const written: string[] = [];
  const lines = createInterface({ input: child.stderr! });
  const listens = new Promise<void>((resolve) => {
    lines.on('line', (line) => {
      if (line.startsWith('listening at ')) return resolve();
      written.push(line);
      onLine(line);
    });
  });
  const ended = exited.then((how) => {
    throw new Error(`the backend ended (${how}); it wrote:\n${written.join('\n')}`);
  });
  await Promise.race([listens, ended]);
  ended.catch(() => {}); // From here on `exited` tells.
};

const stop = async (
  child: ChildProcess,
  exited: Promise<string>,
  timeoutMs: number,
): Promise<void> => {
  child.kill('SIGTERM');
  const tooSlow = delay(timeoutMs, 'slow', { ref: false });
  if ((await Promise.race([exited, tooSlow])) === 'slow') child.kill('SIGKILL');
  await exited;
};
