/**
 * Sharded subscriptions over one connection. What is wanted is kept here; what Redis was told
 * follows it: batched per turn, and told again after every reconnect (the client's own automatic
 * re-subscription swallows refusals, which leaves dead channels).
 */
import type { Redis } from 'ioredis';

export type MessageHandler = (message: Buffer) => void;

export interface Subscription {
  /** Resolves when Redis has confirmed it. */
  readonly ready: Promise<void>;
  close(): void;
}

export interface Subscriber {
  /** One handler per channel. */
  subscribe(channel: string, handler: MessageHandler): Subscription;
  /** Tells Redis again about a channel that seems dead. */
  renew(channel: string): void;
  /** Called after every reconnect, when all channels are subscribed again. */
  onReconnect(listener: () => void): void;
}

interface Channel {
  handler: MessageHandler;
  state: 'wanted' | 'asked' | 'subscribed';
  confirm: () => void;
  ready: Promise<void>;
}

const BATCH_MAX_CHANNELS = 500;
const RETRY_MS = 500;

export function createSubscriber(
  redis: Redis,
  onWarning: (message: string, details?: Record<string, unknown>) => void,
): Subscriber {
  const channels = new Map<string, Channel>();
  const leaving = new Set<string>();
  const reconnectListeners: (() => void)[] = [];
  let connectedBefore = redis.status === 'ready';
  let flushing = false;

  redis.on('smessageBuffer', (channel: Buffer, message: Buffer) => {
    channels.get(channel.toString())?.handler(message);
  });
  redis.on('close', () => {
    leaving.clear();
    for (const channel of channels.values()) channel.state = 'wanted';
  });
  redis.on('ready', () => void resubscribe());

  async function resubscribe(): Promise<void> {
    await subscribeWanted();
    if (connectedBefore) for (const listener of reconnectListeners) listener();
    connectedBefore = true;
  }

  function scheduleFlush(): void {
    if (flushing) return;
    flushing = true;
    setImmediate(() => {
      flushing = false;
      unsubscribeLeaving();
      void subscribeWanted();
    });
  }

  function unsubscribeLeaving(): void {
    const names = [...leaving].filter((name) => !channels.has(name));
    leaving.clear();
    if (redis.status !== 'ready') return;
    for (const batch of batchesBySlot(names)) {
      redis.sunsubscribe(...batch).catch((error: Error) =>
        onWarning('unsubscribe failed', { channels: batch.length, error: error.message }),
      );
    }
  }

  async function subscribeWanted(): Promise<void> {
    if (redis.status !== 'ready') return;
    const wanted = [...channels].filter(([, channel]) => channel.state === 'wanted').map(([name]) => name);
    await Promise.all(batchesBySlot(wanted).map(subscribeBatch));
  }

  /** The channels are held by identity: one that is closed and opened again meanwhile is another. */
  async function subscribeBatch(names: string[]): Promise<void> {
    const batch = names.flatMap((name) => channels.get(name) ?? []);
    for (const channel of batch) channel.state = 'asked';
    try {
      await redis.ssubscribe(...names);
      for (const channel of batch) confirm(channel);
    } catch (error) {
      onWarning('subscribe failed', { channels: names.length, error: (error as Error).message });
      for (const channel of batch) wantAgain(channel);
      setTimeout(scheduleFlush, RETRY_MS).unref();
    }
  }

  return {
    subscribe(name, handler) {
      if (channels.has(name)) throw new Error(`channel ${name} is already followed`);
      const channel = createChannel(handler);
      channels.set(name, channel);
      scheduleFlush();
      return {
        ready: channel.ready,
        close() {
          if (channels.get(name) !== channel) return;
          channels.delete(name);
          leaving.add(name);
          scheduleFlush();
        },
      };
    },
    renew(name) {
      const channel = channels.get(name);
      if (!channel) return;
      channel.state = 'wanted';
      scheduleFlush();
    },
    onReconnect: (listener) => void reconnectListeners.push(listener),
  };
}

function confirm(channel: Channel): void {
  if (channel.state !== 'asked') return;
  channel.state = 'subscribed';
  channel.confirm();
}

function wantAgain(channel: Channel): void {
  if (channel.state === 'asked') channel.state = 'wanted';
}

function createChannel(handler: MessageHandler): Channel {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { handler, state: 'wanted', confirm: resolve, ready: promise };
}

/** One command may only name channels of one slot: those with one hash tag. */
function batchesBySlot(names: readonly string[]): string[][] {
  const bySlot = Map.groupBy(names, hashTag);
  return [...bySlot.values()].flatMap((group) => slices(group, BATCH_MAX_CHANNELS));
}

function hashTag(name: string): string {
  return name.slice(name.indexOf('{') + 1, name.indexOf('}'));
}

export function slices<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size));
}
