/** Builds the bus: two connections, and the parts over them. Nothing else constructs them. */
import {
  type UserKey,
  operatorDisconnected,
  type RoutedEvent,
  userDisconnected,
} from '@switchboard/protocol';
import type { Bus, BusOptions } from './contract.ts';
import { createControl } from './control/control.ts';
import { createClaims } from './hand-off/claims.ts';
import { createHeartbeats } from './heartbeat/heartbeats.ts';
import { claimLayout } from './layout.ts';
import { createControlLog } from './log/control-log.ts';
import { ephemeralEnvelopes } from './log/envelope.ts';
import { createEventLog } from './log/event-log.ts';
import type { FollowCounters } from './log/follow.ts';
import { createFollowLag } from './log/follow-lag.ts';
import { createFollowKeeper } from './log/follow-keeper.ts';
import { defaultLogLimits } from './log/log-limits.ts';
import { createLogReader } from './log/log-reader.ts';
import { createLagChannel } from './nodes/lag-channel.ts';
import { createLease } from './nodes/lease.ts';
import { defaultLeaseTimes } from './nodes/lease-times.ts';
import { createLivingNodes } from './nodes/living.ts';
import { createNodes } from './nodes/nodes.ts';
import { createOutbox } from './outbox/outbox.ts';
import { createPresence } from './presence/presence.ts';
import type { Room } from './presence/session-entry.ts';
import { createRates } from './rate/rates.ts';
import { type Connections, openConnections } from './redis/connections.ts';
import { type Keys, createKeys } from './redis/keys.ts';
import type { RedisCommands } from './redis/script.ts';
import type { Subscriber } from './redis/subscriber.ts';

const DEADLINE_MS = 2_000;
/** A limit that is not answered in time is none: nobody waits for it. */
const RATE_DEADLINE_MS = 250;

/**
 * Connects, checks the deployment's layout and resolves when Redis answers.
 * @throws BusUnavailable when Redis does not answer, LayoutMismatch when this node does not fit
 */
export async function openBus(options: BusOptions): Promise<Bus> {
  const { redisUrl: url, clientName: name, onWarning, redisAccess: access } = options;
  const connections = await openConnections({ url, name, onWarning, access });
  const keys = createKeys(options.keyPrefix, options.partitions);
  try {
    await claimLayout(connections.redis, keys);
  } catch (error) {
    connections.disconnect();
    throw error;
  }
  return assemble(options, connections, keys);
}

function assemble(options: BusOptions, connections: Connections, keys: Keys): Bus {
  const { redis, subscriber } = connections;
  const { onWarning } = options;
  const localNow = options.now ?? Date.now;
  const newEventId = options.newEventId ?? newId;
  const heartbeats = createHeartbeats({
    redis,
    subscriber,
    keys,
    processId: newId(),
    nodeOf: connections.nodeOf,
    reconnect: connections.reconnect,
    now: localNow,
    monotonicMs,
    onWarning,
  });
  const now = (partition = 0) => localNow() + heartbeats.clockOffsetMs(partition);
  const base: Base = { redis, keys, subscriber, now, newEventId, onWarning };
  const { log, keeper, counters, lag } = assembleLog(base, options);
  const { presence, nodes, lagChannel, lease, livingNodes } = assemblePresence(base, options);
  const controlLog = createControlLog({ redis, keys, keeper, newEventId, deadlineMs: DEADLINE_MS });
  const control = createControl({
    redis,
    keys,
    livingNodes,
    nodeId: () => lease.nodeId,
    appendControl: controlLog.append,
    followControl: controlLog.follow,
    deadlineMs: DEADLINE_MS,
    monotonicMs,
    onWarning,
  });
  return {
    log,
    presence,
    nodes: { ...nodes, ...lagChannel },
    control,
    outbox: createOutbox({
      redis,
      keys,
      subscriber,
      deadlineMs: DEADLINE_MS,
      newToken: newId,
    }),
    claims: createClaims({
      redis,
      keys,
      deadlineMs: DEADLINE_MS,
      refusedMs: defaultLogLimits.onceMs,
    }),
    rates: createRates({ redis, keys, deadlineMs: RATE_DEADLINE_MS }),
    now: () => now(),
    health: heartbeats.health,
    takeFollowLagMs: lag.take,
    holdFollowing: (forMs) => subscriber.hold(forMs),
    followStats: () => ({ ...counters, follows: keeper.size }),
    async close() {
      keeper.close();
      await Promise.all([nodes.close(), heartbeats.close()]);
      connections.disconnect();
    },
  };
}

/** What all parts of one bus share. */
interface Base {
  readonly redis: RedisCommands;
  readonly keys: Keys;
  readonly subscriber: Subscriber;
  /** By the clock of Redis; in a cluster by that of the partition's node. */
  readonly now: (partition?: number) => number;
  readonly newEventId: () => string;
  readonly onWarning: BusOptions['onWarning'];
}

function assembleLog({ redis, keys, subscriber, now }: Base, { logLimits, outbox }: BusOptions) {
  const limits = { ...defaultLogLimits, ...logLimits };
  const counters: FollowCounters = { repaired: 0, reads: 0, lost: 0, malformed: 0, renewed: 0 };
  const lag = createFollowLag(now);
  const reader = createLogReader(redis, DEADLINE_MS);
  const keeper = createFollowKeeper({
    reader,
    subscriber,
    limits,
    readyDeadlineMs: DEADLINE_MS,
    counters,
    lag,
  });
  const log = createEventLog({
    redis,
    keys,
    limits,
    outbox,
    reader,
    keeper,
    nowMs: now,
    deadlineMs: DEADLINE_MS,
  });
  return { log, keeper, counters, lag };
}

function assemblePresence(base: Base, options: BusOptions) {
  const { redis, keys, now, newEventId, onWarning } = base;
  const times = { ...defaultLeaseTimes, ...options.leaseTimes };
  const lease = createLease({ redis, keys, times, newNodeId: newId });
  const livingNodes = createLivingNodes({ redis, keys, times, monotonicMs });
  const shared = { redis, keys, lease, livingNodes, times };
  const presence = createPresence({
    ...shared,
    encode: ephemeralEnvelopes,
    buildDisconnected: createDisconnected(newEventId, now),
    outboxKinds: options.outbox?.kinds,
    newEventId,
    now,
  });
  const lagChannel = createLagChannel({
    redis,
    keys,
    subscriber: base.subscriber,
    nodeId: () => lease.nodeId,
    deadlineMs: times.deadlineMs,
    monotonicMs,
  });
  const nodes = createNodes({
    ...shared,
    sessions: presence,
    onReconnect: (listener) => base.subscriber.onReconnect(listener),
    onWarning,
  });
  return { presence, nodes, lagChannel, lease, livingNodes };
}

function newId(): string {
  return crypto.randomUUID();
}

function monotonicMs(): number {
  return performance.now();
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
