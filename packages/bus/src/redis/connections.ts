/**
 * What a bus needs of Redis, for each kind of deployment: a connection for commands and a
 * subscriber. Appending and following never share a connection: a slow reply must not delay a live
 * event, and a subscriber's connection takes no other commands.
 */
import { Cluster, type Redis } from 'ioredis';
import { unavailable } from './call.ts';
import { createClusterSubscriber } from './cluster-subscriber.ts';
import {
  type ConnectionOptions,
  accessOf,
  connectionSettings,
  openCommandConnection,
  openFollowConnection,
  reconnectDelayMs,
} from './connection.ts';
import type { RedisCommands } from './script.ts';
import { type Subscriber, createSubscriber } from './subscriber.ts';
import { type Topology, parseTopology } from './topology.ts';
import { batchTurns } from './turn-batch.ts';

export interface Connections {
  readonly redis: RedisCommands;
  readonly subscriber: Subscriber;
  /** Takes no time and breaks off what is under way. */
  disconnect(): void;
}

/** How often a cluster is asked which node holds which slot. */
const SLOTS_REFRESH_MS = 1_000;
const TRY_AGAIN_MS = 50;

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
  const disconnect = () => {
    subscriber.close();
    redis.disconnect();
    following.disconnect();
  };
  await connected(Promise.all([redis.connect(), following.connect()]), disconnect);
  return { redis, subscriber, disconnect };
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
  await connected(cluster.connect(), disconnect);
  return { redis: cluster, subscriber, disconnect };
}

function createCluster(topology: ClusterTopology, options: ConnectionOptions): Cluster {
  const cluster = new Cluster([...topology.nodes], {
    redisOptions: { ...accessOf(topology), ...connectionSettings(options, 'commands') },
    enableOfflineQueue: false,
    // What a broken connection may have executed is never sent again behind the caller's back.
    // What Redis refused without executing it (MOVED, ASK, TRYAGAIN) is redirected or asked again.
    retryDelayOnFailover: 0,
    retryDelayOnClusterDown: 0,
    retryDelayOnTryAgain: TRY_AGAIN_MS,
    slotsRefreshInterval: SLOTS_REFRESH_MS,
    clusterRetryStrategy: reconnectDelayMs,
    lazyConnect: true,
  });
  cluster.on('error', (error: Error) =>
    options.onWarning('redis cluster failed', { error: error.message }),
  );
  cluster.on('+node', (node: Redis) => batchTurns(node));
  return cluster;
}

async function connected(connecting: Promise<unknown>, disconnect: () => void): Promise<void> {
  try {
    await connecting;
  } catch (error) {
    disconnect();
    throw unavailable(error);
  }
}
