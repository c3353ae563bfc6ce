/** The servers of one topology: started together, stopped together, with ports that nobody else gets. */
import { setTimeout as delay } from 'node:timers/promises';
import { createPortAllocation } from '../port-allocation.ts';
import { findRedisProgram } from '../redis-server.ts';
import { startRedis, type Redis } from '../redis.ts';

export interface Servers {
  /** Starts a server whose arguments may depend on ports that were taken for it. */
  start(args: (port: number) => readonly string[], config?: string): Promise<Redis>;
  /** Ends a server in order and starts another one at its port, which has nothing of what it had. */
  restart(redis: Redis, args: readonly string[]): Promise<Redis>;
  /** A port for another purpose than a server's own. */
  port(): Promise<number>;
  /** Ends all of them; they go too when the process that started them is killed. */
  stop(): Promise<void>;
}

export const createServers = async (): Promise<Servers> => {
  const server = await findRedisProgram();
  const ports = createPortAllocation();
  const started: Redis[] = [];
  return {
    start: async (args, config) => {
      const port = await ports.next('public');
      const own = { port, args: args(port), server, ...(config !== undefined && { config }) };
      const redis = await startRedis(own);
      started.push(redis);
      return redis;
    },
    restart: async (before, args) => {
      await before.kill('SIGTERM');
      const redis = await startRedis({ port: before.port, args, server });
      started.push(redis);
      return redis;
    },
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
