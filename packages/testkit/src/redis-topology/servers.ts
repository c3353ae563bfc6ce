/** The servers of one topology: started together, stopped together, with ports that nobody else gets. */
import { setTimeout as delay } from 'node:timers/promises';
import { createPortAllocation } from '../port-allocation.ts';
import { findRedisProgram } from '../redis-server.ts';
import { startRedis, type Redis } from '../redis.ts';
import { tlsArgs, type Guard } from './guard.ts';

export interface Servers {
  /** Starts a server whose arguments may depend on ports that were taken for it. */
  start(args: (port: number) => readonly string[], config?: string): Promise<Redis>;
  /** Ends a server in order and starts another one at its port, which has nothing of what it had. */
  restart(redis: Redis, args: readonly string[]): Promise<Redis>;
  /** The port at which the others, and whoever is told of it, find a server: that of TLS where it is guarded. */
  publicPort(redis: Redis): number;
  /** A port for another purpose than a server's own. */
  port(): Promise<number>;
  /** Ends all of them; they go too when the process that started them is killed. */
  stop(): Promise<void>;
}

export const createServers = async (guard?: Guard): Promise<Servers> => {
  const server = await findRedisProgram();
  const ports = createPortAllocation();
  const started: Redis[] = [];
  /** By the port without TLS. */
  const publicPorts = new Map<number, number>();
  const publicPort = ({ port }: Redis) => publicPorts.get(port) ?? port;
  const launch = async (port: number, args: readonly string[], config?: string) => {
    const tlsPort = publicPorts.get(port);
    const guarding = guard && tlsPort !== undefined ? tlsArgs(guard, tlsPort) : [];
    const own = { port, args: [...args, ...guarding], server };
    const redis = await startRedis({ ...own, ...(config !== undefined && { config }) });
    started.push(redis);
    return redis;
  };
  return {
    start: async (args, config) => {
      const port = await ports.next('public');
      if (guard) publicPorts.set(port, await ports.next('public'));
      return launch(port, args(port), config);
    },
    restart: async (before, args) => {
      await before.kill('SIGTERM');
      return launch(before.port, args);
    },
    publicPort,
    port: () => ports.next('private'),
    stop: async () => {
      await Promise.all(started.map((redis) => redis.stop()));
      ports.release();
    },
  };
};

const patienceMs = 15_000;

/** Asks again until the answer is true; a server that does not answer has not said yes. */
export const until = async (what: string, holds: () => Promise<boolean>): Promise<void> => {
  const deadline = performance.now() + patienceMs;
  while (!(await holds().catch(() => false))) {
    if (performance.now() > deadline) throw new Error(`${what}: not within ${patienceMs} ms`);
    await delay(20);
  }
};

/** One line of `INFO`, e.g. `role`. */
export const infoOf = async (redis: Redis, name: string): Promise<string | undefined> => {
  const info = await clientOf(redis).info();
  return new RegExp(`^${name}:(.*?)\r?$`, 'mu').exec(info)?.[1];
};

const clients = new WeakMap<Redis, ReturnType<Redis['client']>>();

/** One connection to each server is enough for what is asked here. */
export const clientOf = (redis: Redis): ReturnType<Redis['client']> => {
  const client = clients.get(redis) ?? redis.client();
  clients.set(redis, client);
  return client;
};
