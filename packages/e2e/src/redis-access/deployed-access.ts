/** The users of `infra/redis` with a password, and certificates: what a deployment would hand out. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

export const deployment = join(import.meta.dirname, '../../../../infra/redis');
export const certificate = (name: string): string => join(import.meta.dirname, name);

export type RedisUser = 'edge' | 'ingress' | 'operator';

const users: readonly RedisUser[] = ['edge', 'ingress', 'operator'];

/** `users.acl` as its README says to fill it in; all users have one password. */
export const filledAcl = async (password: string): Promise<string> => {
  const digest = createHash('sha256').update(password).digest('hex');
  const acl = await readFile(join(deployment, 'users.acl'), 'utf8');
  return users.reduce(
    (text, user) => text.replace(`${user.toUpperCase()}_PASSWORD_SHA256`, digest),
    acl,
  );
};

/** With which a process believes Redis, and Redis lets it in. */
export const tlsEnv: Readonly<Record<string, string>> = {
  REDIS_TLS_CA_FILE: certificate('ca.crt'),
  REDIS_TLS_CERT_FILE: certificate('client.crt'),
  REDIS_TLS_KEY_FILE: certificate('client.key'),
  REDIS_TLS_SERVER_NAME: 'redis.test',
};
