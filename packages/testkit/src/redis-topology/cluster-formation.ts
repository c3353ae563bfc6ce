/** Makes a cluster of empty servers, as `redis-cli --cluster create` does, in less time. */
import type { Redis } from '../redis.ts';
import { clientOf, infoOf, until } from './servers.ts';

export interface EmptyNode {
  redis: Redis;
  busPort: number;
  /** At which the others find it. */
  publicPort: number;
}

/** How long a node may be silent before the others call it failed. */
const nodeTimeoutMs = 1_000;
const slotCount = 16_384;

export const clusterArgs = (busPort: number): readonly string[] =>
  [
    ['--cluster-enabled', 'yes', '--cluster-port', String(busPort)],
    ['--cluster-node-timeout', String(nodeTimeoutMs), '--cluster-config-file', 'nodes.conf'],
    // Followers keep their channels while the shard has no majority; the heartbeat tells them.
    ['--cluster-allow-pubsubshard-when-down', 'yes', '--cluster-require-full-coverage', 'no'],
    ['--repl-diskless-sync-delay', '0', '--cluster-replica-validity-factor', '0'],
    // A replica that has received nothing yet is not shown to clients.
    ['--repl-ping-replica-period', '1'],
  ].flat();

/** The first `shards` nodes share the slots evenly; node i + shards becomes the replica of node i. */
export const formCluster = async (nodes: readonly EmptyNode[], shards: number): Promise<void> => {
  await Promise.all(nodes.slice(0, shards).map((node, index) => giveSlots(node, index, shards)));
  await introduce(nodes);
  await Promise.all(
    nodes.slice(shards).map(async ({ redis }, index) => {
      const primary = await idOf((nodes[index] as EmptyNode).redis);
      await until('the replica knows its primary', () => replicate(redis, primary));
    }),
  );
  await until('the cluster is complete', () => isComplete(nodes, shards));
};

const giveSlots = async ({ redis }: EmptyNode, index: number, shards: number): Promise<void> => {
  const first = Math.ceil((slotCount * index) / shards);
  const last = Math.ceil((slotCount * (index + 1)) / shards) - 1;
  const client = clientOf(redis);
  await client.call('CLUSTER', 'SET-CONFIG-EPOCH', index + 1);
  await client.call('CLUSTER', 'ADDSLOTSRANGE', first, last);
};

/** Each is told of all others: by gossip they would hear of each other seconds later. */
const introduce = async (nodes: readonly EmptyNode[]): Promise<void> => {
  const meetings = nodes.flatMap(({ redis }) =>
    nodes
      .filter((other) => other.redis !== redis)
      .map(({ publicPort, busPort }) =>
        clientOf(redis).call('CLUSTER', 'MEET', '127.0.0.1', publicPort, busPort),
      ),
  );
  await Promise.all(meetings);
};

const idOf = (redis: Redis): Promise<string> => clientOf(redis).cluster('MYID');

const replicate = async (redis: Redis, primary: string): Promise<boolean> =>
  (await clientOf(redis).call('CLUSTER', 'REPLICATE', primary)) === 'OK';

const isComplete = async (nodes: readonly EmptyNode[], shards: number): Promise<boolean> => {
  const views = await Promise.all(nodes.map(({ redis }) => isServed(redis, nodes.length, shards)));
  const links = nodes.slice(shards).map(({ redis }) => infoOf(redis, 'master_link_status'));
  return views.every(Boolean) && (await Promise.all(links)).every((status) => status === 'up');
};

/** Each node sees all nodes, and each shard with its replica. */
const isServed = async (redis: Redis, nodes: number, shards: number): Promise<boolean> => {
  const client = clientOf(redis);
  const info = await client.cluster('INFO');
  const ranges = await client.cluster('SLOTS');
  const withReplica = ranges.filter((range) => range.length > 3);
  return (
    info.includes('cluster_state:ok') &&
    info.includes(`cluster_known_nodes:${nodes}\r`) &&
    withReplica.length === shards
  );
};
