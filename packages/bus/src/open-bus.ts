/** Builds the bus: two connections, and the parts over them. Nothing else constructs them. */
import { type UserKey, operatorDisconnected, type RoutedEvent, userDisconnected } from '@switchboard/protocol';
import type { Redis } from 'ioredis';
import type { Bus, BusOptions } from './contract.ts';
import { createControl } from './control/control.ts';
import { createHeartbeat } from './heartbeat/heartbeat.ts';
import { claimLayout } from './layout.ts';
import { createControlLog } from './log/control-log.ts';
import { ephemeralEnvelopes } from './log/envelope.ts';
import { createEventLog } from './log/event-log.ts';
import type { FollowCounters } from './log/follow.ts';
import { createFollowKeeper } from './log/follow-keeper.ts';
import { defaultLogLimits } from './log/log-limits.ts';
import { createLogReader } from './log/log-reader.ts';
import { createLease } from './nodes/lease.ts';
import { defaultLeaseTimes } from './nodes/lease-times.ts';
import { createLivingNodes } from './nodes/living.ts';
import { createNodes } from './nodes/nodes.ts';
import { createPresence } from './presence/presence.ts';
import type { Room } from './presence/session-entry.ts';
import { openCommandConnection, openFollowConnection, unavailable } from './redis/connection.ts';
import { createKeys } from './redis/keys.ts';
import { createSubscriber } from './redis/subscriber.ts';

const DEADLINE_MS = 2_000;

/**
 * Connects, checks the deployment's layout and resolves when Redis answers.
 * @throws BusUnavailable when Redis does not answer, LayoutMismatch when this node does not fit
 */
export async function openBus(options: BusOptions): Promise<Bus> {
  const { onWarning } = options;
  const localNow = options.now ?? Date.now;
  const newEventId = options.newEventId ?? (() => crypto.randomUUID());
  const newNodeId = () => crypto.randomUUID();
  const monotonicMs = () => performance.now();
  const times = { ...defaultLeaseTimes, ...options.leaseTimes };

  const connection = { url: options.redisUrl, name: options.clientName, onWarning };
  const redis = openCommandConnection(connection);
  const following = openFollowConnection(connection);
  await connectAll([redis, following]);
  const keys = createKeys(options.keyPrefix, options.partitions);
  await claimLayout(redis, keys).catch((error: unknown) => {
    redis.disconnect();
    following.disconnect();
    throw error;
  });

  const subscriber = createSubscriber(following, onWarning);
  const heartbeat = createHeartbeat({
    redis, subscriber, keys, processId: newNodeId(), now: localNow, monotonicMs, onWarning,
  });
  const now = () => localNow() + heartbeat.health().clockOffsetMs;

  const limits = defaultLogLimits;
  const counters: FollowCounters = { repaired: 0, reads: 0, lost: 0, malformed: 0, renewed: 0 };
  const reader = createLogReader(redis, DEADLINE_MS);
  const keeper = createFollowKeeper({ reader, subscriber, limits, readyDeadlineMs: DEADLINE_MS, counters });
  const log = createEventLog({ redis, keys, limits, reader, keeper, nowMs: now, deadlineMs: DEADLINE_MS });

  const lease = createLease({ redis, keys, times, newNodeId });
  const livingNodes = createLivingNodes({ redis, keys, times, monotonicMs });
  const buildDisconnected = createDisconnected(newEventId, now);
  const presence = createPresence({
    redis, keys, lease, livingNodes, times, encode: ephemeralEnvelopes, buildDisconnected, newEventId, now,
  });
  const nodes = createNodes({
    redis, keys, lease, livingNodes, sessions: presence, times, onReconnect: subscriber.onReconnect, onWarning,
  });

  const controlLog = createControlLog({ redis, keys, keeper, newEventId, deadlineMs: DEADLINE_MS });
  const control = createControl({
    redis, keys, livingNodes, nodeId: () => lease.nodeId,
    appendControl: controlLog.append, followControl: controlLog.follow,
    deadlineMs: DEADLINE_MS, monotonicMs, onWarning,
  });

  return {
    log,
    presence,
    nodes,
    control,
    now,
    health: heartbeat.health,
    followStats: () => ({ ...counters, follows: keeper.size }),
    async close() {
      keeper.close();
      await Promise.all([nodes.close(), heartbeat.close()]);
      redis.disconnect();
      following.disconnect();
    },
  };
}

/** A first connection that fails is not tried for ever: whoever starts the process is told. */
async function connectAll(connections: readonly Redis[]): Promise<void> {
  try {
    await Promise.all(connections.map((connection) => connection.connect()));
  } catch (error) {
    for (const connection of connections) connection.disconnect();
    throw unavailable(error);
  }
}

/** What is told of a user whose node died: it did not leave by itself. */
function createDisconnected(newEventId: () => string, now: () => number) {
  return (room: Room, _user: UserKey, userJson: string): RoutedEvent => {
    const stamp = { eventId: newEventId(), ts: new Date(now()).toISOString() };
    const parsed = JSON.parse(userJson);
    return room === 'desk'
      ? operatorDisconnected(parsed, stamp)
      : userDisconnected({ chatId: room.chatId, user: parsed, reason: 'timeout' }, stamp);
  };
}
