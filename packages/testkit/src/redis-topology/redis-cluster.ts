/** A Redis Cluster of three shards, each a primary and a replica: real processes. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Redis } from '../redis.ts';
import { clusterArgs, formCluster } from './cluster-formation.ts';
import { userArgs, type Guard } from './guard.ts';
import { moveSlot } from './slot-move.ts';
import { clientOf, createServers, infoOf, until, type Servers } from './servers.ts';

export interface RedisCluster {
  /** `redis+cluster://…`, all nodes; or `rediss+…` where it is guarded: there without a user. */
  url: string;
  /** The index of the shard that holds the slot of a hash tag. */
  shardOf(tag: string): Promise<number>;
  /** The server that is a shard's primary now. */
  primary(shard: number): Promise<Redis>;
  /** Has the replica take over in order; resolves when it is the primary. */
  failover(shard: number): Promise<void>;
  /** Kills a shard's primary; resolves when its replica was elected. */
  killPrimary(shard: number): Promise<void>;
  /** Moves the slot of a hash tag, key by key, to another shard; `holdMs`: how long it is half moved. */
  moveTag(tag: string, shard: number, holdMs?: number): Promise<void>;
  stop(): Promise<void>;
}

const shardCount = 3;

/** Resolves when every slot is served and every replica follows. */
export const startRedisCluster = async (guard?: Guard): Promise<RedisCluster> => {
  const servers = await createServers(guard);
  try {
    const nodes = await startNodes(servers, guard);
    await formCluster(nodes, shardCount);
    return assemble(
      servers,
      nodes.map(({ redis }) => redis),
      guard,
    );
  } catch (error) {
    await servers.stop();
    throw error;
  }
};

/** The first three become primaries, each of the others the replica of one. */
const startNodes = (servers: Servers, guard: Guard | undefined) =>
  Promise.all(
    Array.from({ length: shardCount * 2 }, async () => {
      const busPort = await servers.port();
      const args = [...clusterArgs(busPort), ...userArgs(guard?.dataUsers)];
      const redis = await servers.start(() => args);
      return { busPort, redis, publicPort: servers.publicPort(redis) };
    }),
  );

const assemble = (
  servers: Servers,
  nodes: readonly Redis[],
  guard: Guard | undefined,
): RedisCluster => {
  const hosts = nodes.map((node) => `127.0.0.1:${servers.publicPort(node)}`);
  const membersOf = (shard: number) =>
    nodes.filter((node, index) => index % shardCount === shard && isRunning(node));
  const isPrimary = async (node: Redis) => (await infoOf(node, 'role')) === 'master';
  const primary = async (shard: number): Promise<Redis> => {
    for (const node of membersOf(shard)) if (await isPrimary(node)) return node;
    throw new Error(`shard ${shard} has no primary`);
  };
  const primaries = async () =>
    Promise.all(Array.from({ length: shardCount }, (_, shard) => primary(shard)));
  const promotedAfter = (shard: number, before: Redis) =>
    until('the replica is elected', async () => {
      const now = await primary(shard);
      return now !== before && (await infoOfCluster(now)).includes('cluster_state:ok');
    });
  return {
    url: `redis${guard ? 's' : ''}+cluster://${hosts.join(',')}`,
    primary,
    shardOf: async (tag) => {
      const slot = await slotOf(nodes, tag);
      const owner = await ownerOf(await primary(0), slot);
      const shards = Array.from({ length: shardCount }, (_, shard) => shard);
      return shards.find((shard) => membersOf(shard).some(({ port }) => port === owner)) as number;
    },
    failover: async (shard) => {
      const before = await primary(shard);
      const replica = membersOf(shard).find((node) => node !== before) as Redis;
      await clientOf(replica).cluster('FAILOVER');
      await promotedAfter(shard, before);
    },
    killPrimary: async (shard) => {
      const before = await primary(shard);
      await before.kill();
      await promotedAfter(shard, before);
    },
    moveTag: async (tag, shard, holdMs = 0) => {
      const slot = await slotOf(nodes, tag);
      const [all, target] = [await primaries(), await primary(shard)];
      const owner = await ownerOf(target, slot);
      const source = all.find(({ port }) => port === owner) as Redis;
      const targetPort = servers.publicPort(target);
      const hold = () => delay(holdMs);
      await moveSlot({ slot, source, target, targetPort, primaries: all, hold });
    },
    stop: servers.stop,
  };
};

const isRunning = ({ pid }: Redis): boolean => {
  try {
    return pid !== null && process.kill(pid, 0);
  } catch {
    return false;
  }
};

const infoOfCluster = (node: Redis): Promise<string> => clientOf(node).cluster('INFO');

const slotOf = async (nodes: readonly Redis[], tag: string): Promise<number> => {
  const answers = nodes.filter(isRunning).map((node) => clientOf(node).cluster('KEYSLOT', tag));
  return Promise.any(answers);
};

/** The port of the primary that holds a slot. */
const ownerOf = async (node: Redis, slot: number): Promise<number> => {
  const ranges = await clientOf(node).cluster('SLOTS');
  const range = ranges.find(([first, last]) => first <= slot && slot <= last);
  return range?.[2]?.[1] ?? 0;
};
