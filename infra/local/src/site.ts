/** What `npm start` brings up: Redis, a cluster, and if asked for a backend. */
import {
  buildConsole,
  findRedis,
  startCluster,
  type Cluster,
  type Redis,
} from '@switchboard/testkit';
import { planBackend, startBackend, type RunningBackend } from './example-backend.ts';
import type { StartOptions } from './start-options.ts';

export interface Site {
  readonly redis: Redis;
  readonly cluster: Cluster;
  readonly backend?: RunningBackend | undefined;
  stop(): Promise<void>;
}

/** Everything must be gone 5 s after Ctrl-C: the processes' own bound, then a kill, then Redis. */
const shutdownTimeoutMs = 2500;

interface Host {
  readonly say: (line: string) => void;
  readonly stopRequest: AbortSignal;
}

/** Rejects, with all stopped again, when a part does not start. */
export const startSite = async (options: StartOptions, host: Host): Promise<Site> => {
  const { say } = host;
  say('Looking for Redis');
  const redis = await findRedis({ say });
  say(`Redis: ${redis.url} (${redis.origin})`);
  await buildConsole();
  try {
    const processes = await startProcesses(options, redis, host);
    const stop = async () => {
      await processes.stop();
      await redis.stop();
    };
    return { ...processes, redis, stop };
  } catch (error) {
    await redis.stop();
    throw error;
  }
};

const startProcesses = async (
  options: StartOptions,
  redis: Redis,
  { say, stopRequest }: Host,
): Promise<Omit<Site, 'redis'>> => {
  const planned = options.withBackend ? await planBackend(options.port) : undefined;
  say(`Starting ${options.edges} edges and an ingress`);
  const cluster = await startCluster({
    edges: options.edges,
    basePort: options.port,
    redisUrl: redis.url,
    keyPrefix: process.env['KEY_PREFIX'] ?? 'sb:',
    env: {
      // The edges' ports are chosen while they start.
      CONSOLE_SOCKETS: 'ws://127.0.0.1:*',
      ...planned?.hooks,
      ...(process.env['LOG_LEVEL'] && { LOG_LEVEL: process.env['LOG_LEVEL'] }),
    },
    shutdownTimeoutMs,
    signal: stopRequest,
    onOutput: (node, line) => say(`${node} | ${line}`),
  });
  if (planned === undefined) return { cluster, stop: cluster.stop };
  try {
    const backend = await startBackend(planned, cluster, (line) => say(`backend | ${line}`));
    const stop = async () => {
      await Promise.all([cluster.stop(), backend.stop(shutdownTimeoutMs)]);
    };
    return { cluster, backend, stop };
  } catch (error) {
    await cluster.stop();
    throw error;
  }
};
