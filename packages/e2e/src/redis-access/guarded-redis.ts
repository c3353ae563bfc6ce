/** A Redis as a deployment would run it: `infra/redis`, over TLS that asks for a certificate, with its users. */
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findFreePort, findRedisProgram, startRedis, type Redis } from '@switchboard/testkit';
import { certificate, deployment, filledAcl, tlsEnv, type RedisUser } from './deployed-access.ts';

type Client = ReturnType<Redis['client']>;

export interface GuardedRedis {
  /** `rediss://…` of a role. */
  url(user: RedisUser): string;
  /** The variables with which a process is let in. */
  readonly env: Readonly<Record<string, string>>;
  /** A connection of a user, beside TLS. */
  as(user: RedisUser | 'admin'): Promise<Client>;
  stop(): Promise<void>;
}

/** Here with somebody who may look into the ACL log, and with the tests' own sign of life without a password. */
const withTests = (acl: string, password: string): string => {
  const knock = 'user default on nopass resetkeys resetchannels -@all +ping +info';
  return `${acl.replace('user default off', knock)}user admin on >${password} ~* &* +@all\n`;
};

export const startGuardedRedis = async (): Promise<GuardedRedis> => {
  const folder = await mkdtemp(join(tmpdir(), 'switchboard-acl-'));
  const password = randomBytes(12).toString('base64url');
  const aclFile = join(folder, 'users.acl');
  await writeFile(aclFile, withTests(await filledAcl(password), password));
  const tlsPort = await findFreePort();
  const redis = await startRedis({
    server: await findRedisProgram(),
    config: await readFile(join(deployment, 'redis.conf'), 'utf8'),
    // No replica here; and the port without TLS is for the tests alone.
    args: [
      ['--aclfile', aclFile, '--min-replicas-to-write', '0', '--tls-port', String(tlsPort)],
      ['--tls-cert-file', certificate('redis.crt'), '--tls-key-file', certificate('redis.key')],
      ['--tls-ca-cert-file', certificate('ca.crt'), '--tls-auth-clients', 'yes'],
    ].flat(),
  });
  return {
    url: (user) => `rediss://${user}:${password}@127.0.0.1:${tlsPort}`,
    env: tlsEnv,
    as: async (user) => {
      const client = redis.client();
      await client.auth(user, password);
      return client;
    },
    stop: async () => {
      await redis.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
};
