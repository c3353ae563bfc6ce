/** A primary, its replicas, and the Sentinels that promote one of them: real processes. */
import type { Redis } from '../redis.ts';
import { userArgs, type Guard } from './guard.ts';
import { whileWritesWait } from './writes-wait.ts';
import { clientOf, createServers, infoOf, until, type Servers } from './servers.ts';

export interface SentinelGroup {
  /** `redis+sentinel://…/main`, or `rediss+…` where it is guarded: there without a user. */
  url: string;
  readonly sentinels: readonly Redis[];
  /** The server that is the primary now, as the Sentinels say. */
  primary(): Promise<Redis>;
  /** Has a replica promoted while the primary lives; resolves when it takes writes. */
  failover(): Promise<void>;
  /** Restarts every data server, the primary after a replica has taken over from it in order: nothing is lost. */
  rollOver(): Promise<void>;
  /** Kills the primary; resolves when a replica was promoted in its place. */
  killPrimary(): Promise<void>;
  /** What `write` writes is lost: the replicas are cut off, and one is promoted without it. */
  rollBack(write: () => Promise<void>): Promise<void>;
  stop(): Promise<void>;
}

const name = 'main';
/** How long a server may be silent before it is called down; less, and one just promoted is too. */
const downAfterMs = 2500;
const replicas = 2;
const sentinels = 3;

/** Resolves when every Sentinel knows the others and both replicas follow. */
export const startSentinelGroup = async (guard?: Guard): Promise<SentinelGroup> => {
  const servers = await createServers(guard);
  try {
    return assemble(servers, await start(servers, guard), guard);
  } catch (error) {
    await servers.stop();
    throw error;
  }
};

interface Parts {
  data: Redis[];
  sentinels: readonly Redis[];
  replicaArgs: (primary: Redis) => readonly string[];
}

const dataArgs = [
  // A fresh replica could not be promoted while it waits for others to sync with it.
  ['--repl-diskless-sync-delay', '0', '--repl-ping-replica-period', '1'],
  ['--min-replicas-to-write', '1', '--min-replicas-max-lag', '10'],
].flat();

const start = async (servers: Servers, guard: Guard | undefined): Promise<Parts> => {
  const own = [...dataArgs, ...userArgs(guard?.dataUsers)];
  const replicaArgs = (primary: Redis) =>
    own.concat('--replicaof', '127.0.0.1', String(servers.publicPort(primary)));
  const primary = await servers.start(() => own);
  const data = await times(replicas, () => servers.start(() => replicaArgs(primary)));
  await until('the replicas follow', async () => (await goodReplicas(primary)) === replicas);
  const config = configOf(servers.publicPort(primary));
  const watching = await times(sentinels, () =>
    servers.start(() => ['--sentinel', ...userArgs(guard?.sentinelUsers)], config),
  );
  await Promise.all(watching.map((sentinel) => hurry(sentinel)));
  await until('the Sentinels know each other', () => everySentinel(watching, isComplete));
  return { data: [primary, ...data], sentinels: watching, replicaArgs };
};

const configOf = (port: number): string =>
  [
    `sentinel monitor ${name} 127.0.0.1 ${port} 2`,
    `sentinel down-after-milliseconds ${name} ${downAfterMs}`,
    `sentinel failover-timeout ${name} 2000`,
    `sentinel parallel-syncs ${name} ${replicas}`,
    '',
  ].join('\n');

/** A test need not wait for the ten seconds after which Sentinels look again by themselves. */
const hurry = (sentinel: Redis): Promise<unknown> =>
  clientOf(sentinel).call('SENTINEL', 'DEBUG', 'info-period', '300', 'ask-period', '200');

const isComplete = ({ sentinels: known, slaves }: Status): boolean =>
  known === sentinels && slaves === replicas;

interface Status {
  sentinels: number;
  slaves: number;
}

const everySentinel = async (
  watching: readonly Redis[],
  holds: (status: Status) => boolean,
): Promise<boolean> => {
  const lines = await Promise.all(watching.map((sentinel) => infoOf(sentinel, 'master0')));
  return lines.every((line = '') => {
    const count = (field: string) => Number(new RegExp(`${field}=(\\d+)`, 'u').exec(line)?.[1]);
    return holds({ sentinels: count('sentinels'), slaves: count('slaves') });
  });
};

const goodReplicas = async (redis: Redis): Promise<number> =>
  Number(await infoOf(redis, 'min_slaves_good_slaves'));

/** Clients are told of the new primary when it ends. */
const isFailingOver = async (sentinel: Redis): Promise<boolean> => {
  const facts = (await clientOf(sentinel).call('SENTINEL', 'MASTER', name)) as object;
  return JSON.stringify(facts).includes('failover_in_progress');
};

const times = <T>(count: number, make: () => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, make));

const assemble = (
  servers: Servers,
  { data, sentinels: watching, replicaArgs }: Parts,
  guard: Guard | undefined,
): SentinelGroup => {
  const asked = watching[0] as Redis;
  const hosts = watching.map((sentinel) => `127.0.0.1:${servers.publicPort(sentinel)}`);
  const primaryPort = async () => {
    const address = await clientOf(asked).call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', name);
    return Number((address as [string, string])[1]);
  };
  const primary = async () => {
    const port = await primaryPort();
    return data.find((server) => servers.publicPort(server) === port) as Redis;
  };
  /** It takes writes as soon as one replica follows it. */
  const promotedAfter = (before: Redis) =>
    until('a replica is promoted', async () => {
      const now = await primary();
      return (
        now !== before && (await infoOf(now, 'role')) === 'master' && (await goodReplicas(now)) > 0
      );
    });
  const promote = async (before: Redis) => {
    // Refused while one is under way.
    await until('a failover begins', async () => {
      return (await clientOf(asked).call('SENTINEL', 'FAILOVER', name)) === 'OK';
    });
    await promotedAfter(before);
    await until('the failover ends', async () => !(await isFailingOver(asked)));
  };
  /**
   * One Sentinel is told to act before the three notice by themselves: they would do so at the same
   * moment, and votes that are split are cast again only seconds later.
   */
  const killPrimary = async () => {
    const before = await primary();
    await before.kill();
    await promote(before);
  };
  /** As docs/operations.md has it, but for the word to the old one: Sentinel says it 8 s later by itself. */
  const handOver = async () => {
    const before = await primary();
    const others = data.filter((server) => server !== before);
    await whileWritesWait(before, others, async () => {
      await promote(before);
      await clientOf(before).replicaof('127.0.0.1', await primaryPort());
    });
    return before;
  };
  const restart = async (server: Redis) => {
    const now = await primary();
    data[data.indexOf(server)] = await servers.restart(server, replicaArgs(now));
    await until('the replica is back', async () => (await goodReplicas(now)) === replicas);
  };
  return {
    url: `redis${guard ? 's' : ''}+sentinel://${hosts.join(',')}/${name}`,
    sentinels: watching,
    primary,
    failover: async () => promote(await primary()),
    rollOver: async () => {
      const first = await primary();
      for (const server of data.filter((one) => one !== first)) await restart(server);
      await restart(await handOver());
    },
    killPrimary,
    rollBack: async (write) => {
      const before = await primary();
      await clientOf(before).config('SET', 'min-replicas-to-write', '0');
      // To a port where nobody listens: they keep what they have and get nothing more.
      const nowhere = await servers.port();
      const cutOff = data.filter((server) => server !== before);
      await Promise.all(cutOff.map((one) => clientOf(one).replicaof('127.0.0.1', nowhere)));
      await write();
      await killPrimary();
    },
    stop: servers.stop,
  };
};
