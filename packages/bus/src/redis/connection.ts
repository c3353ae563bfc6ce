/**
 * One connection to one Redis server.
 *
 * No hidden queue and no hidden retry: a command that cannot be sent fails at once, one whose
 * connection breaks fails as `unknown`, and whoever asked decides.
 */
import { Redis, type RedisOptions } from 'ioredis';
import type { RedisAccess } from '../contract.ts';
import { readMessagesOf } from './push-reader.ts';
import { type Address, type Topology, parseTopology } from './topology.ts';
import { batchTurns } from './turn-batch.ts';

export interface ConnectionOptions {
  /** See topology.ts. */
  readonly url: string;
  /** Tells the connections apart in `CLIENT LIST`: `<name>:commands` and `<name>:follow`. */
  readonly name: string;
  readonly onWarning: (message: string, details?: Record<string, unknown>) => void;
  readonly access?: RedisAccess | undefined;
}

type Role = 'commands' | 'follow';
type SingleTopology = Exclude<Topology, { kind: 'cluster' }>;

const CONNECT_TIMEOUT_MS = 2_000;
/** A Sentinel whose host has hung takes connections and answers nothing: then the next one is asked. */
const SENTINEL_ANSWER_MS = 2_000;
/** How long a connection that is given up may take to end in order. */
const DISCONNECT_TIMEOUT_MS = 250;
const RECONNECT_MAX_MS = 1_000;

/** For scripts and commands to a server, or to the master that Sentinels name. Not connected yet. */
export function openCommandConnection(options: ConnectionOptions): Redis {
  const redis = open(options, 'commands', targetOf(parseTopology(options.url), options));
  batchTurns(redis);
  return redis;
}

/** For subscriptions. Not connected yet. @param address one node of a cluster */
export function openFollowConnection(options: ConnectionOptions, address?: Address): Redis {
  const topology = parseTopology(options.url);
  const target = address
    ? { ...accessOf(topology, options), ...address }
    : targetOf(topology, options);
  const redis = open(options, 'follow', target);
  readMessagesOf(redis);
  return redis;
}

function open(options: ConnectionOptions, role: Role, target: Target): Redis {
  const redis = new Redis({ ...target, ...connectionSettings(options, role) });
  redis.on('error', (error: Error) =>
    options.onWarning('redis connection failed', { role, error: error.message }),
  );
  return redis;
}

type Target = ReturnType<typeof targetOf> | (ReturnType<typeof accessOf> & Address);

function targetOf(topology: Topology, options: ConnectionOptions) {
  if (topology.kind === 'cluster') throw new Error('a cluster has no single connection');
  return { ...accessOf(topology, options), ...placeOf(topology, options) };
}

function placeOf(topology: SingleTopology, { access }: ConnectionOptions) {
  if (topology.kind === 'standalone') return { ...topology.address, db: topology.db };
  const { sentinels, master, db, tls } = topology;
  const { username, password } = access?.sentinel ?? {};
  return {
    sentinels: [...sentinels],
    name: master,
    db,
    // An old master that is cut off from the Sentinels keeps its connections: they tell of the new one.
    failoverDetector: true,
    sentinelCommandTimeout: SENTINEL_ANSWER_MS,
    // Without these two ioredis ignores `tls`, and talks to the Sentinels and to the master in the clear.
    ...(tls && { sentinelTLS: { ...access?.tls }, enableTLSForSentinelMode: true }),
    ...(username !== undefined && { sentinelUsername: username }),
    ...(password !== undefined && { sentinelPassword: password }),
  };
}

export function accessOf(
  { username, password, tls }: Topology,
  { access }: Pick<ConnectionOptions, 'access'>,
) {
  return {
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    ...(tls && { tls: { ...access?.tls } }),
  };
}

export function connectionSettings({ name }: ConnectionOptions, role: Role) {
  return {
    connectionName: `${name}:${role}`,
    connectTimeout: CONNECT_TIMEOUT_MS,
    disconnectTimeout: DISCONNECT_TIMEOUT_MS,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    // Re-subscribing is the subscriber's work, because it must be seen to succeed.
    autoResubscribe: false,
    maxRetriesPerRequest: 0,
    retryStrategy: (attempt) => reconnectDelayMs(attempt),
    lazyConnect: true,
  } satisfies RedisOptions;
}

/** Twice as long each time, up to a second; half of it by chance, so that not all come back at once. */
export function reconnectDelayMs(attempt: number, random: () => number = Math.random): number {
  const longestMs = Math.min(25 * 2 ** Math.min(attempt, 10), RECONNECT_MAX_MS);
  return longestMs * (0.5 + random() / 2);
}

/**
 * Gives up a connection that Redis does not answer on: TCP may take a quarter of an hour to find
 * out. One that is being made anew already is left to that.
 */
export function renewConnection(redis: Redis): void {
  if (redis.status === 'ready' || redis.status === 'connect') redis.disconnect(true);
}

/**
 * Connects again what the client has given up for good, until `isClosed`. It gives up when a Sentinel
 * tells of a failover while another one is asked for the master, and would stay closed for ever.
 */
export function keepOpen(redis: Redis, isClosed: () => boolean): void {
  let attempt = 0;
  const again = () => {
    if (!isClosed()) redis.connect().catch(() => undefined);
  };
  redis.on('ready', () => void (attempt = 0));
  redis.on('end', () => {
    attempt += 1;
    setTimeout(again, reconnectDelayMs(attempt)).unref();
  });
}
