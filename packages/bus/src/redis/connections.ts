/**
 * What a bus needs of Redis, for each kind of deployment: a connection for commands and a
 * subscriber. Appending and following never share a connection: a slow reply must not delay a live
 * event, and a subscriber's connection takes no other commands.
 */
import { Cluster, type Redis } from 'ioredis';
import calculateSlot from 'cluster-key-slot';
import { within } from './call.ts';
import { createClusterSubscriber } from './cluster-subscriber.ts';
import {
  type ConnectionOptions,
  accessOf,
  connectionSettings,
  keepOpen,
  openCommandConnection,
  openFollowConnection,
  reconnectDelayMs,
  renewConnection,
} from './connection.ts';
import type { RedisCommands } from './script.ts';
import { type Subscriber, createSubscriber } from './subscriber.ts';
import { type Topology, parseTopology, splitAddress } from './topology.ts';
import { batchTurns } from './turn-batch.ts';

export interface Connections {
  readonly redis: RedisCommands;
  readonly subscriber: Subscriber;
  /** In a cluster: which node holds a key at the moment, `host:port`. */
  readonly nodeOf: ((key: string) => string | undefined) | undefined;
  /** Gives up the connection on which commands for a key are not answered. */
  reconnect(key: string): void;
  /** Takes no time and breaks off what is under way. */
  disconnect(): void;
}

/** How long the first connection may take. */
const CONNECT_MS = 10_000;
/** How often a cluster is asked which node holds which slot. */
const SLOTS_REFRESH_MS = 1_000;
const TRY_AGAIN_MS = 50;
/** Of each command: one that is asked again for seconds is redirected up to three times each time. */
const REDIRECTIONS_MAX = 128;

/**
 * Connects and resolves when Redis answers. A first connection that fails is not tried for ever:
 * whoever starts the process is told.
 * @throws BusUnavailable
 */
export async function openConnections(options: ConnectionOptions): Promise<Connections> {
  const topology = parseTopology(options.url);
  return topology.kind === 'cluster' ? openCluster(topology, options) : openSingle(options);
}

async function openSingle(options: ConnectionOptions): Promise<Connections> {
  const redis = openCommandConnection(options);
  const following = openFollowConnection(options);
  const subscriber = createSubscriber(following, options.onWarning);
  let isClosed = false;
  const disconnect = () => {
    isClosed = true;
    subscriber.close();
    redis.disconnect();
    following.disconnect();
  };
  await connected(Promise.all([redis.connect(), following.connect()]), disconnect);
  for (const connection of [redis, following]) keepOpen(connection, () => isClosed);
  const reconnect = () => renewConnection(redis);
  return { redis, subscriber, nodeOf: undefined, reconnect, disconnect };
}

type ClusterTopology = Extract<Topology, { kind: 'cluster' }>;

async function openCluster(
  topology: ClusterTopology,
  options: ConnectionOptions,
): Promise<Connections> {
  const cluster = createCluster(topology, options);
  const subscriber = createClusterSubscriber({
    cluster,
    openFollow(address) {
      const redis = openFollowConnection(options, address);
      // Tried for as long as the cluster names the node: a first failure is one of many.
      redis.connect().catch(() => undefined);
      return redis;
    },
    onWarning: options.onWarning,
  });
  const disconnect = () => {
    subscriber.close();
    cluster.disconnect();
  };
  const connecting = cluster.connect().then(() => everyPrimary(cluster));
  await connected(connecting, disconnect);
  const nodeOf = (key: string) => cluster.slots[calculateSlot(key)]?.[0];
  const reconnect = (key: string) => {
    const { host, port } = splitAddress(nodeOf(key) ?? '');
    const node = cluster.nodes().find(({ options: at }) => at.host === host && at.port === port);
    if (node) renewConnection(node);
  };
  return { redis: cluster, subscriber, nodeOf, reconnect, disconnect };
}

function createCluster(topology: ClusterTopology, options: ConnectionOptions): Cluster {
  const cluster = new Cluster([...topology.nodes], {
    redisOptions: { ...accessOf(topology, options), ...connectionSettings(options, 'commands') },
    enableOfflineQueue: false,
    // What a broken connection may have executed is never sent again behind the caller's back.
    // What Redis refused without executing it (MOVED, ASK, TRYAGAIN) is redirected or asked again.
    retryDelayOnFailover: 0,
    retryDelayOnClusterDown: 0,
    retryDelayOnTryAgain: TRY_AGAIN_MS,
    maxRedirections: REDIRECTIONS_MAX,
    // It asks a node that may be connecting still, and then leaves `connect` pending for ever.
    enableReadyCheck: false,
    slotsRefreshInterval: SLOTS_REFRESH_MS,
    clusterRetryStrategy: (attempt) => reconnectDelayMs(attempt),
    lazyConnect: true,
  });
  cluster.on('error', (error: Error) =>
    options.onWarning('redis cluster failed', { error: error.message }),
  );
  cluster.on('+node', (node: Redis) => {
    batchTurns(node);
    handleAsking(node);
    // At once, not with its first command: those after that would be refused until it is connected.
    node.connect().catch(() => undefined);
  });
  return cluster;
}

/**
 * The client sends ASKING before a command that was redirected, and leaves its answer to nobody: a node that
 * refuses it, or is gone, would end the process. The command's own answer tells what there is to tell.
 */
function handleAsking(node: Redis): void {
  const ask = node.asking.bind(node);
  node.asking = () => {
    const answer = ask();
    answer.catch(() => undefined);
    return answer;
  };
}

/** Resolves when every primary takes commands. */
async function everyPrimary(cluster: Cluster): Promise<void> {
  await Promise.all(cluster.nodes('master').map((node) => ready(node)));
}

async function ready(node: Redis): Promise<void> {
  if (node.status === 'ready') return;
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  node.once('ready', resolve);
  node.once('end', () => reject(new Error('a primary of the cluster does not answer')));
  await promise;
}

async function connected(connecting: Promise<unknown>, disconnect: () => void): Promise<void> {
  try {
    await within(CONNECT_MS, connecting);
  } catch (error) {
    disconnect();
    throw error;
  }
}
