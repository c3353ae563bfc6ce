/**
 * Sharded subscriptions in a cluster: one connection per primary, each channel at the primary that
 * holds its slot, moved when the slot moves. A channel that has moved may have missed messages:
 * whoever listens for reconnects is told, as after a broken connection.
 */
import type { Cluster, Redis } from 'ioredis';
import calculateSlot from 'cluster-key-slot';
import {
  type MessageHandler,
  type Subscriber,
  type Subscription,
  createSubscriber,
} from './subscriber.ts';
import { type Address, splitAddress } from './topology.ts';

export interface ClusterSubscriberOptions {
  readonly cluster: Cluster;
  readonly openFollow: (address: Address) => Redis;
  readonly onWarning: (message: string, details?: Record<string, unknown>) => void;
}

interface Shard {
  readonly redis: Redis;
  readonly subscriber: Subscriber;
}

/** A channel wherever it is subscribed at the moment. */
interface PlacedChannel {
  readonly name: string;
  readonly slot: number;
  readonly handler: MessageHandler;
  readonly confirm: () => void;
  node: string | undefined;
  subscription: Subscription | undefined;
}

const MOVED_TOGETHER_MS = 50;

class ClusterSubscriber implements Subscriber {
  private readonly options: ClusterSubscriberOptions;
  private readonly shards = new Map<string, Shard>();
  private readonly channels = new Map<string, PlacedChannel>();
  private readonly reconnectListeners: (() => void)[] = [];
  private movedTimer: NodeJS.Timeout | undefined;

  constructor(options: ClusterSubscriberOptions) {
    this.options = options;
    options.cluster.on('refresh', () => this.placeAll());
  }

  subscribe(name: string, handler: MessageHandler): Subscription {
    if (this.channels.has(name)) throw new Error(`channel ${name} is already followed`);
    const { promise, resolve } = Promise.withResolvers<void>();
    const channel: PlacedChannel = {
      name,
      slot: calculateSlot(name),
      handler,
      confirm: resolve,
      node: undefined,
      subscription: undefined,
    };
    this.channels.set(name, channel);
    this.place(channel);
    return { ready: promise, close: () => this.forget(channel) };
  }

  renew(name: string): void {
    const node = this.channels.get(name)?.node;
    if (node !== undefined) this.shards.get(node)?.subscriber.renew(name);
    // A channel that seems dead may be one whose slot has moved.
    this.options.cluster.refreshSlotsCache();
  }

  reconnect(name: string): void {
    const node = this.channels.get(name)?.node;
    if (node !== undefined) this.shards.get(node)?.subscriber.reconnect(name);
  }

  onReconnect(listener: () => void): void {
    this.reconnectListeners.push(listener);
  }

  hold(forMs: number): void {
    for (const { subscriber } of this.shards.values()) subscriber.hold(forMs);
  }

  close(): void {
    for (const { redis, subscriber } of this.shards.values()) {
      subscriber.close();
      redis.disconnect();
    }
  }

  private forget(channel: PlacedChannel): void {
    if (this.channels.get(channel.name) !== channel) return;
    this.channels.delete(channel.name);
    channel.subscription?.close();
  }

  private placeAll(): void {
    for (const channel of this.channels.values()) this.place(channel);
    this.dropEmptyShards();
  }

  /** Subscribes a channel where its slot is now, unless it is there already. */
  private place(channel: PlacedChannel): void {
    const node = this.options.cluster.slots[channel.slot]?.[0];
    if (node === undefined || node === channel.node) return;
    const hasMoved = channel.node !== undefined;
    channel.subscription?.close();
    channel.node = node;
    channel.subscription = this.shardOf(node).subscriber.subscribe(channel.name, channel.handler);
    void channel.subscription.ready.then(() => {
      channel.confirm();
      if (hasMoved) this.tellMoved();
    });
  }

  /** Once for all channels that have moved at about the same time. */
  private tellMoved(): void {
    this.movedTimer ??= setTimeout(() => {
      this.movedTimer = undefined;
      this.tellReconnected();
    }, MOVED_TOGETHER_MS).unref();
  }

  private shardOf(node: string): Shard {
    const known = this.shards.get(node);
    if (known) return known;
    const redis = this.options.openFollow(splitAddress(node));
    const shard = { redis, subscriber: createSubscriber(redis, this.options.onWarning) };
    shard.subscriber.onReconnect(() => this.tellReconnected());
    redis.on('moved', () => this.options.cluster.refreshSlotsCache());
    this.shards.set(node, shard);
    return shard;
  }

  private dropEmptyShards(): void {
    const used = new Set([...this.channels.values()].map(({ node }) => node));
    for (const [node, { redis }] of this.shards) {
      if (used.has(node)) continue;
      redis.disconnect();
      this.shards.delete(node);
    }
  }

  private tellReconnected(): void {
    for (const listener of this.reconnectListeners) listener();
  }
}

export function createClusterSubscriber(options: ClusterSubscriberOptions): Subscriber {
  return new ClusterSubscriber(options);
}
