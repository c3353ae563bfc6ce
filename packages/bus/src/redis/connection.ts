/**
 * Connections to Redis. Appending and following never share one: a slow reply must not delay a
 * live event, and a subscriber's connection takes no other commands.
 *
 * No hidden queue and no hidden retry: a command that cannot be sent fails at once, one whose
 * connection breaks fails as `unknown`, and whoever asked decides.
 */
import { Redis, type RedisOptions } from 'ioredis';
import { BusUnavailable } from '../contract.ts';
import { batchTurns } from './turn-batch.ts';

export interface ConnectionOptions {
  readonly url: string;
  readonly name: string;
  readonly onWarning: (message: string, details?: Record<string, unknown>) => void;
}

const CONNECT_TIMEOUT_MS = 5_000;
const RECONNECT_MAX_MS = 1_000;

/** For scripts and commands. */
export function openCommandConnection(options: ConnectionOptions): Redis {
  const redis = open(options, 'commands', {});
  batchTurns(redis);
  return redis;
}

/** For sharded subscriptions: re-subscribing is the subscriber's work, because it must be seen to succeed. */
export function openFollowConnection(options: ConnectionOptions): Redis {
  return open(options, 'follow', { autoResubscribe: false });
}

type RoleOptions = Pick<RedisOptions, 'autoResubscribe'>;

function open(options: ConnectionOptions, role: string, extra: RoleOptions): Redis {
  const redis = new Redis(options.url, {
    connectionName: `${options.name}:${role}`,
    connectTimeout: CONNECT_TIMEOUT_MS,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    retryStrategy: reconnectDelayMs,
    lazyConnect: true,
    ...extra,
  });
  redis.on('error', (error: Error) =>
    options.onWarning('redis connection failed', { role, error: error.message }),
  );
  return redis;
}

function reconnectDelayMs(attempt: number): number {
  return Math.min(25 * 2 ** Math.min(attempt, 10), RECONNECT_MAX_MS);
}

/** Refusals by Redis itself: the command was not executed, and trying again later may work. */
const REFUSED =
  /^(?:OOM|READONLY|LOADING|MISCONF|NOREPLICAS|MASTERDOWN|TRYAGAIN|CLUSTERDOWN|BUSY|NOPERM|NOAUTH|MOVED|ASK|UNBLOCKED)\b/u;
const NOT_SENT = /writeable|enableOfflineQueue/u;

/** What a failed command means for its caller. Anything unexpected stays what it is: a bug. */
export function unavailable(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof BusUnavailable) return error;
  if (REFUSED.test(error.message)) return new BusUnavailable(error.message, 'no', error);
  if (NOT_SENT.test(error.message))
    return new BusUnavailable('Redis is not connected', 'no', error);
  if (error.name === 'ReplyError') return error;
  return new BusUnavailable(`Redis did not answer: ${error.message}`, 'unknown', error);
}

/**
 * Settles within `deadlineMs`, whatever Redis does.
 * @throws BusUnavailable with `executed: 'unknown'` at the deadline
 */
export async function within<T>(deadlineMs: number, reply: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(
      () => reject(new BusUnavailable(`Redis did not answer within ${deadlineMs} ms`, 'unknown')),
      deadlineMs,
    );
  });
  try {
    return await Promise.race([reply, late]);
  } catch (error) {
    throw unavailable(error);
  } finally {
    clearTimeout(timer);
  }
}
