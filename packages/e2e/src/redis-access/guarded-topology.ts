/** What lets processes into a Sentinel group or a cluster that lets in nobody else. */
import { randomBytes } from 'node:crypto';
import type { Guard, Redis } from '@switchboard/testkit';
import { certificate, filledAcl, tlsEnv } from './deployed-access.ts';

export interface GuardedTopology {
  readonly guard: Guard;
  /** `REDIS_URL` and what else the processes of a cluster need, for `startCluster`. */
  accessTo(url: string): {
    readonly redisUrl: string;
    readonly keyPrefix: string;
    readonly env: Readonly<Record<string, string>>;
    readonly envOf: Readonly<Record<string, Readonly<Record<string, string>>>>;
  };
}

/** As `infra/redis/README.md` has it. */
const sentinelRights =
  'resetchannels &+switch-master -@all +auth +hello +ping +info +client|setname +subscribe +sentinel|get-master-addr-by-name +sentinel|sentinels';

export const guardTopology = async (): Promise<GuardedTopology> => {
  const [password, sentinelPassword] = [secret(), secret()];
  const lines = (await filledAcl(password)).split('\n');
  const dataUsers = lines.filter((line) => /^user (?!default)/u.test(line));
  return {
    guard: {
      tls: {
        caFile: certificate('ca.crt'),
        certFile: certificate('redis.crt'),
        keyFile: certificate('redis.key'),
      },
      dataUsers: dataUsers.map((line) => line.slice('user '.length)),
      sentinelUsers: [`reader on >${sentinelPassword} ${sentinelRights}`],
    },
    accessTo: (url) => {
      const as = (user: string) => url.replace('://', `://${user}:${password}@`);
      return {
        redisUrl: as('edge'),
        keyPrefix: 'sb:',
        env: {
          ...tlsEnv,
          REDIS_SENTINEL_USERNAME: 'reader',
          REDIS_SENTINEL_PASSWORD: sentinelPassword,
        },
        envOf: { 'ingress-1': { REDIS_URL: as('ingress') } },
      };
    },
  };
};

const secret = (): string => randomBytes(12).toString('base64url');

/** What servers or Sentinels have refused, and as which users our processes are connected, and how. */
export const lookInto = async (
  servers: readonly Redis[],
): Promise<{ refused: unknown[]; connections: string[] }> => {
  const found = await Promise.all(servers.map(lookIntoOne));
  return {
    refused: found.flatMap(({ refused }) => refused),
    connections: [...new Set(found.flatMap(({ connections }) => connections))].toSorted(),
  };
};

const lookIntoOne = async (server: Redis) => {
  const client = server.client();
  const refused = (await client.call('ACL', 'LOG')) as unknown[];
  const clients = String(await client.client('LIST')).split('\n');
  const connections = clients.filter(isOurs).map((line) => {
    const isPlain = fieldOf(line, 'laddr').endsWith(`:${server.port}`);
    return `${fieldOf(line, 'user')} ${isPlain ? 'without' : 'over'} TLS`;
  });
  return { refused, connections };
};

/** A process names its connections; at a Sentinel it has none but those that listen. */
const isOurs = (line: string): boolean =>
  /:(?:commands|follow)$/u.test(fieldOf(line, 'name')) ||
  (fieldOf(line, 'cmd') === 'subscribe' && fieldOf(line, 'name') === '');

const fieldOf = (line: string, name: string): string =>
  new RegExp(` ${name}=(\\S*)`, 'u').exec(line)?.[1] ?? '';
