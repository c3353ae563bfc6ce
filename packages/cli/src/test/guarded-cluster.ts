/** A cluster as a deployment has it: Redis with a user for each role, and files; two edges and an ingress. */
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  findRedisProgram,
  startCluster,
  startRedis,
  type Cluster,
  type Redis,
} from '@switchboard/testkit';

type Client = ReturnType<Redis['client']>;

export interface GuardedCluster {
  readonly cluster: Cluster;
  readonly redis: Redis;
  /** As a user who may do everything. */
  readonly admin: Client;
  readonly password: string;
  urlOf(user: string): string;
  stop(): Promise<void>;
}

const usersFile = join(import.meta.dirname, '../../../../infra/redis/users.acl');
const settings = [
  ['--appendonly', 'yes', '--appendfsync', 'everysec', '--maxmemory', '256mb'],
  ['--client-output-buffer-limit', 'pubsub 256mb 64mb 60', '--tcp-keepalive', '60'],
  ['--repl-diskless-sync-delay', '0'],
].flat();

export async function startGuardedCluster(
  options: Parameters<typeof startCluster>[0] = {},
): Promise<GuardedCluster> {
  const redis = await startRedis({ server: await findRedisProgram(), args: settings });
  const password = randomBytes(12).toString('base64url');
  const urlOf = (user: string) => `redis://${user}:${password}@127.0.0.1:${redis.port}`;
  const admin = redis.client();
  await admin.call('ACL', 'SETUSER', 'admin', 'on', `>${password}`, '~*', '&*', '+@all');
  await admin.auth('admin', password);
  await addRoles(admin, password);
  const cluster = await startCluster({
    redisUrl: urlOf('edge'),
    keyPrefix: 'sb:',
    ...options,
    envOf: { 'ingress-1': { REDIS_URL: urlOf('ingress') } },
  });
  const stop = async () => {
    await cluster.stop();
    await redis.stop();
  };
  return { cluster, redis, admin, password, urlOf, stop };
}

/** As infra/redis/README.md says; the default user may still be asked whether Redis lives. */
async function addRoles(admin: Client, password: string): Promise<void> {
  const lines = (await readFile(usersFile, 'utf8'))
    .split('\n')
    .filter((line) => !/default|^$/u.test(line));
  for (const line of lines) {
    const [, name = '', ...rules] = line.split(' ');
    const filled = rules.map((rule) => (rule.endsWith('_SHA256') ? `>${password}` : rule));
    await admin.call('ACL', 'SETUSER', name, 'reset', ...filled);
  }
  await admin.call(
    'ACL',
    'SETUSER',
    'default',
    'resetkeys',
    'resetchannels',
    '-@all',
    '+ping',
    '+info',
  );
}
