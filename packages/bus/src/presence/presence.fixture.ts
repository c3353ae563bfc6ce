/** Edges over the test run's Redis: each has its lease, presence and nodes; timers only where asked for. */
import type { RoutedEvent, UserKey } from '@switchboard/protocol';
import type { Redis } from 'ioredis';
import { type BusEvent, type Membership, type Presence, outboxKinds } from '../contract.ts';
import { decodeEnvelope, ephemeralEnvelopes } from '../log/envelope.ts';
import { clean } from '../nodes/clean.ts';
import { type Lease, createLease } from '../nodes/lease.ts';
import { type LeaseTimes, defaultLeaseTimes } from '../nodes/lease-times.ts';
import { type LivingNodes, createLivingNodes } from '../nodes/living.ts';
import { type NodeSessions, type RunningNodes, createNodes } from '../nodes/nodes.ts';
import { openCommandConnection, openFollowConnection } from '../redis/connection.ts';
import { type Keys, createKeys } from '../redis/keys.ts';
import { createSubscriber } from '../redis/subscriber.ts';
import { createPresence } from './presence.ts';
import type { Room } from './session-entry.ts';
import { stats } from '../nodes/node-stats.fixture.ts';

export interface Edge {
  readonly presence: Presence & NodeSessions;
  readonly lease: Lease;
  readonly livingNodes: LivingNodes;
  readonly nodes: RunningNodes;
  readonly warnings: string[];
  /** One round of cleaning, as the timer would do it. */
  clean(): Promise<string[]>;
  /** Tells the edge that it has reconnected to Redis. */
  reconnect(): void;
}

export interface PresenceFixture {
  readonly redis: Redis;
  readonly keys: Keys;
  readonly times: LeaseTimes;
  /** A new edge; not entered yet. `redis` stands in for its connection. */
  edge(redis?: Redis): Edge;
  /** An edge over the same lease with a memory of its own. */
  twin(edge: Edge, redis?: Redis): Edge;
  /** An edge that has entered without timers. */
  enteredEdge(nodeId: string, redis?: Redis): Promise<Edge>;
  /** Ends a node's lease as if it had not renewed, while others have. */
  endLease(nodeId: string): Promise<void>;
  /** Declares a node dead, as a cleaner does it. */
  condemn(nodeId: string): Promise<void>;
  /** Records what is published in a room, from when it resolves. */
  watch(room: Room): Promise<Watched>;
  /** What a backend is to be told of a room, oldest first. */
  handedOn(room: Room): Promise<HandedOn[]>;
  close(): Promise<void>;
}

export interface HandedOn {
  /** As it is written. */
  readonly chat: string;
  readonly frame: {
    readonly event: string;
    readonly chat_id?: string;
    readonly data: { readonly user: { readonly id: string } };
  };
}

export interface Watched {
  readonly events: BusEvent[];
  /** What was published until now, as `+5` and `-5` for the user with the id 5. */
  seen(): Promise<string[]>;
  close(): void;
}

/** Times at which no timer fires during a test that does not ask for one. */
const stillTimes: LeaseTimes = { ...defaultLeaseTimes, livingMs: 0 };

export async function openPresenceFixture(
  given: Partial<LeaseTimes> = {},
  url = process.env['REDIS_URL'],
): Promise<PresenceFixture> {
  if (!url) throw new Error('the test run provides REDIS_URL');
  const connection = { url, name: 'test', onWarning: () => undefined };
  const redis = openCommandConnection(connection);
  const following = openFollowConnection(connection);
  await Promise.all([redis.connect(), following.connect()]);
  const subscriber = createSubscriber(following, () => undefined);
  const keys = createKeys(`t${crypto.randomUUID()}:`, 4);
  const times = { ...stillTimes, ...given };
  const opened: Edge[] = [];

  function open(connected: Redis, lease: Lease): Edge {
    const made = createEdge(connected, keys, times, lease);
    opened.push(made);
    return made;
  }
  const edge = (connected: Redis = redis) =>
    open(connected, createLease({ redis: connected, keys, times, newNodeId }));
  async function watch(room: Room): Promise<Watched> {
    const channel = room === 'desk' ? keys.feed(0) : keys.room(room.chatId);
    const events: BusEvent[] = [];
    let marks = 0;
    const subscription = subscriber.subscribe(channel, (message) => {
      const event = decodeEnvelope(message);
      if (event) events.push(event);
      else marks++;
    });
    await subscription.ready;
    return {
      events,
      // A channel keeps its order: when the mark is here, so is everything before it.
      async seen() {
        const wanted = marks + 1;
        await redis.spublish(channel, 'mark');
        while (marks < wanted) await new Promise((resolve) => setTimeout(resolve, 1));
        return events.map(describeEvent);
      },
      close: subscription.close,
    };
  }
  async function handedOn(room: Room): Promise<HandedOn[]> {
    const partition = room === 'desk' ? 0 : keys.partitionOf(room.chatId);
    const entries = await redis.xrange(keys.outbox(partition), '-', '+');
    const events = entries.map(([, [, chat = '', , frame = '']]) => ({
      chat,
      frame: JSON.parse(frame),
    }));
    const chatId = room === 'desk' ? undefined : room.chatId;
    return events.filter(({ frame }) => frame.chat_id === chatId);
  }
  return {
    redis,
    keys,
    times,
    edge,
    handedOn,
    twin: (of, connected = redis) => open(connected, of.lease),
    watch,
    async enteredEdge(nodeId, connected) {
      const made = edge(connected);
      await made.lease.enter(nodeId, () => stats);
      return made;
    },
    endLease: async (nodeId) => void (await redis.zadd(keys.nodes(), 'XX', 1, nodeId)),
    condemn: async (nodeId) => void (await redis.zadd(keys.nodes(), 'XX', -Date.now(), nodeId)),
    async close() {
      await Promise.all(opened.map(({ nodes }) => nodes.close()));
      await Promise.all([redis.quit(), following.quit()]);
    },
  };
}

function newNodeId(): string {
  return `n${crypto.randomUUID().slice(0, 8)}`;
}

function createEdge(redis: Redis, keys: Keys, times: LeaseTimes, lease: Lease): Edge {
  const warnings: string[] = [];
  const reconnected: (() => void)[] = [];
  const monotonicMs = () => performance.now();
  const livingNodes = createLivingNodes({ redis, keys, times, monotonicMs });
  const presence = createPresence({
    redis,
    keys,
    lease,
    livingNodes,
    times,
    encode: ephemeralEnvelopes,
    buildDisconnected: disconnected,
    outboxKinds: new Set(outboxKinds),
    newEventId: () => crypto.randomUUID(),
    now: Date.now,
  });
  const nodes = createNodes({
    redis,
    keys,
    lease,
    livingNodes,
    sessions: presence,
    times,
    onReconnect: (listener) => void reconnected.push(listener),
    onWarning: (message) => void warnings.push(message),
  });
  return {
    presence,
    lease,
    livingNodes,
    nodes,
    warnings,
    clean: () => clean({ redis, keys, times, cleanSessions: presence.clean }, lease.nodeId ?? ''),
    reconnect: () => reconnected.forEach((listener) => listener()),
  };
}

export function session(room: Room, user: UserKey, sessionId: string): Membership {
  const userJson = JSON.stringify({ id: user.slice(user.indexOf(':') + 1) });
  const sessionJson = JSON.stringify({ sources: null, of: sessionId });
  return { room, sessionId, user, userJson, ...(room === 'desk' && { sessionJson }) };
}

export function connected(room: Room, user: UserKey, userJson: string): RoutedEvent {
  return presenceEvent('userConnected', room, user, userJson);
}

export function disconnected(room: Room, user: UserKey, userJson: string): RoutedEvent {
  if (userJson === 'throw') throw new Error('it cannot be built');
  return presenceEvent('userDisconnected', room, user, userJson);
}

function presenceEvent(event: string, room: Room, user: UserKey, userJson: string): RoutedEvent {
  const head = { event, eventId: crypto.randomUUID(), ts: new Date().toISOString() };
  const data = `{"user":${userJson}}`;
  if (room === 'desk') return { ...head, feed: { to: 'all', data } };
  return { ...head, chatId: room.chatId, room: { audience: 'all', data, except: user } };
}

function describeEvent(event: BusEvent): string {
  return describeFrame(JSON.parse(Buffer.from(event.frame).toString()));
}

/** `+5` or `-5` for the user with the id 5. */
export function describeFrame({ event, data }: HandedOn['frame']): string {
  return `${event === 'userConnected' ? '+' : '-'}${data.user.id}`;
}

/** Joins with the event of its coming, leaves with that of its going. */
export async function join(edge: Edge, membership: Membership): Promise<void> {
  const { room, user, userJson } = membership;
  await edge.presence.join(membership, connected(room, user, userJson));
}

export function leave(edge: Edge, membership: Membership): Promise<void> {
  const { room, user, userJson } = membership;
  return edge.presence.leave(membership, disconnected(room, user, userJson));
}

/** A connection that runs something before each call of presence's scripts. */
export function intercept(redis: Redis, before: (script: string) => Promise<void>): Redis {
  return interceptCalls(redis, (call) => (call.startsWith('presence') ? before(call) : undefined));
}

/** A connection on which every call fails while `isCut` says so. */
export function cuttable(redis: Redis, isCut: () => boolean): Redis {
  return interceptCalls(redis, (call) => {
    if (!isCut() || call === 'defineCommand') return undefined;
    return Promise.reject(new Error('the connection is cut'));
  });
}

type Before = (call: string) => Promise<void> | undefined;

function interceptCalls(redis: Redis, before: Before): Redis {
  return new Proxy(redis, {
    get(target, name) {
      const value = Reflect.get(target, name);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]) => {
        const waiting = before(String(name));
        return waiting ? waiting.then(() => value.apply(target, args)) : value.apply(target, args);
      };
    },
  });
}

/** A connection that dies after so many calls of presence's scripts, as its process would. */
export function dyingAfter(redis: Redis, calls: number): Redis {
  let left = calls;
  return intercept(redis, async () => {
    if (left-- <= 0) throw new Error('died');
  });
}
