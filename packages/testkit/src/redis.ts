/** One throwaway Redis, wherever it comes from. */
import { Redis as Client } from 'ioredis';
import { findRedisServer, type RedisServer } from './redis-server.ts';
import { startRedisContainer } from './containers/redis-container.ts';
import { startRedisProcess } from './redis-process.ts';

export interface Redis {
  url: string;
  port: number;
  /** The server's process; null when it is in a container or not ours. */
  pid: number | null;
  /** Where it came from, in words. */
  origin: string;
  /** Resolves when the server's process has ended; null when that cannot be seen. */
  exited: Promise<void> | null;
  /** A connection for a test; closed by `stop`. */
  client(): Client;
  /** Sends a signal; SIGKILL and SIGTERM resolve when the server is gone. Rejects for a server not ours. */
  kill(signal?: NodeJS.Signals): Promise<void>;
  /** Ends the server and removes its traces; a server that is not ours is left alone. */
  stop(): Promise<void>;
}

export interface StartRedisOptions {
  /** Default: a free one. */
  port?: number;
  /** Arguments of the server that add to or override the defaults, e.g. `['--appendonly', 'yes']`. */
  args?: readonly string[];
  /** The text of a configuration file of its own; not for a server in a container. */
  config?: string;
  /** Default: the first that works, see `findRedisServer`. */
  server?: RedisServer;
  /** Told each thing that takes time. */
  say?: (line: string) => void;
}

/** The server at `REDIS_URL` when that is set (rejects when it does not answer), else a private one. */
export const findRedis = async (options: StartRedisOptions = {}): Promise<Redis> => {
  const url = process.env['REDIS_URL'];
  if (!url) return startRedis(options);
  await expectAnswer(url);
  return existing(url);
};

/** A private server of its own, never the one at `REDIS_URL`: a test may kill it. */
export const startRedis = async (options: StartRedisOptions = {}): Promise<Redis> => {
  const { port, config, args = [], say = () => {} } = options;
  const server = options.server ?? (await findRedisServer(say));
  if (server.kind === 'container') {
    say(`Starting Redis in a container (${server.origin})`);
    const container = await startRedisContainer(['--save', '', '--appendonly', 'no', ...args]);
    return withClients({ ...container, pid: null, exited: null, origin: server.origin });
  }
  const running = await startRedisProcess(server, { args, port, config });
  return withClients({ ...running, origin: server.origin });
};

const expectAnswer = async (url: string): Promise<void> => {
  const client = new Client(url, {
    lazyConnect: true,
    connectTimeout: 3000,
    retryStrategy: () => null,
  });
  let reason = 'no answer';
  client.on('error', (error: Error) => (reason = error.message || error.name));
  try {
    await client.connect();
    await client.ping();
  } catch (error) {
    const { host } = new URL(url);
    throw new Error(`REDIS_URL names a server at ${host} that cannot be used: ${reason}`, {
      cause: error,
    });
  } finally {
    client.disconnect();
  }
};

const existing = (url: string): Redis =>
  withClients({
    url,
    port: Number(new URL(url).port || 6379),
    pid: null,
    exited: null,
    origin: 'REDIS_URL',
    kill: () => Promise.reject(new Error('the server at REDIS_URL is not ours to kill')),
    stop: () => Promise.resolve(),
  });

type Server = Omit<Redis, 'client' | 'kill'> & { kill(signal: NodeJS.Signals): Promise<void> };

const withClients = (server: Server): Redis => {
  const clients: Client[] = [];
  return {
    ...server,
    client: () => {
      const client = new Client(server.url, { maxRetriesPerRequest: 1 });
      // A test that kills the server expects lost connections; its commands still reject.
      client.on('error', () => {});
      clients.push(client);
      return client;
    },
    kill: (signal = 'SIGKILL') => server.kill(signal),
    stop: async () => {
      for (const client of clients) client.disconnect();
      await server.stop();
    },
  };
};
