/**
 * Sharded subscriptions over one connection. What is wanted is kept here; what Redis was told
 * follows it: batched per turn, and told again after every reconnect (the client's own automatic
 * re-subscription swallows refusals, which leaves dead channels).
 */
import type { Redis } from 'ioredis';
import { renewConnection } from './connection.ts';
import { hashTag } from './keys.ts';
import { type ReadHold, createReadHold } from './read-hold.ts';
import { slices } from './slices.ts';

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
  /** Gives up the connection of a channel on which nothing comes though Redis was told again. */
  reconnect(channel: string): void;
  /**
   * Called when copies may have been missed and Redis has been told of the channels again: after every
   * reconnect, and once more when what it refused then has worked.
   */
  onReconnect(listener: () => void): void;
  /** Hands nothing on for so long, ms: what comes meanwhile is handed on together, in its order. */
  readonly hold: ReadHold;
  /** Its connection is about to be closed: nothing more is sent over it. */
  close(): void;
}

type Warn = (message: string, details?: Record<string, unknown>) => void;

/** A channel that is wanted. One that is closed and opened again is another. */
class Channel implements Subscription {
  state: 'wanted' | 'asked' | 'subscribed' = 'wanted';
  readonly handler: MessageHandler;
  readonly ready: Promise<void>;
  readonly close: () => void;
  private readonly resolveReady: () => void;

  constructor(handler: MessageHandler, close: (channel: Channel) => void) {
    this.handler = handler;
    this.close = () => close(this);
    const { promise, resolve } = Promise.withResolvers<void>();
    this.ready = promise;
    this.resolveReady = resolve;
  }

  /** The answer to what was asked; one that comes after a broken connection is for nobody. */
  answer(state: 'subscribed' | 'wanted'): void {
    if (this.state !== 'asked') return;
    this.state = state;
    if (state === 'subscribed') this.resolveReady();
  }
}

const BATCH_MAX_CHANNELS = 500;
const RETRY_MS = 500;
const MOVED_MS = 100;

class RedisSubscriber implements Subscriber {
  readonly hold: ReadHold;
  private readonly channels = new Map<string, Channel>();
  /** The names of those that are `wanted`: of many thousand channels mostly a few. */
  private readonly untold = new Set<string>();
  private readonly leaving = new Set<string>();
  private readonly reconnectListeners: (() => void)[] = [];
  private readonly redis: Redis;
  private readonly warn: Warn;
  private connectedBefore: boolean;
  private flushing = false;
  private moveTimer: NodeJS.Timeout | undefined;
  /** Something was refused: until it works copies are missed. */
  private wasRefused = false;
  private closed = false;

  constructor(redis: Redis, warn: Warn) {
    this.redis = redis;
    this.warn = warn;
    this.hold = createReadHold(redis);
    this.connectedBefore = redis.status === 'ready';
    redis.on('smessageBuffer', (channel: Buffer, message: Buffer) => {
      this.channels.get(channel.toString())?.handler(message);
    });
    redis.on('close', () => this.forgetAnswers());
    redis.on('ready', () => void this.resubscribe());
    redis.on('moved', () => this.lookAfterMove());
  }

  subscribe(name: string, handler: MessageHandler): Subscription {
    if (this.channels.has(name)) throw new Error(`channel ${name} is already followed`);
    const channel = new Channel(handler, (closing) => this.leave(name, closing));
    this.channels.set(name, channel);
    this.untold.add(name);
    this.scheduleFlush();
    return channel;
  }

  renew(name: string): void {
    const channel = this.channels.get(name);
    if (!channel) return;
    channel.state = 'wanted';
    this.untold.add(name);
    this.scheduleFlush();
  }

  reconnect(): void {
    renewConnection(this.redis);
  }

  onReconnect(listener: () => void): void {
    this.reconnectListeners.push(listener);
  }

  close(): void {
    this.closed = true;
  }

  /**
   * A cluster took channels away with their slot, one by one and without saying which, or refused
   * one for it. All are told again, once for all of them: a refusal calls this too.
   */
  private lookAfterMove(): void {
    this.moveTimer ??= setTimeout(() => {
      this.moveTimer = undefined;
      if (this.closed) return;
      this.forgetAnswers();
      void this.resubscribe();
    }, MOVED_MS).unref();
  }

  private leave(name: string, channel: Channel): void {
    if (this.channels.get(name) !== channel) return;
    this.channels.delete(name);
    this.untold.delete(name);
    this.leaving.add(name);
    this.scheduleFlush();
  }

  private forgetAnswers(): void {
    this.leaving.clear();
    for (const [name, channel] of this.channels) {
      channel.state = 'wanted';
      this.untold.add(name);
    }
  }

  private async resubscribe(): Promise<void> {
    await this.subscribeWanted();
    if (this.connectedBefore) this.tellMissed();
    this.connectedBefore = true;
  }

  private async retry(): Promise<void> {
    await this.subscribeWanted();
    if (!this.wasRefused || this.closed) return;
    if (this.untold.size > 0) return;
    this.wasRefused = false;
    this.tellMissed();
  }

  private tellMissed(): void {
    for (const listener of this.reconnectListeners) listener();
  }

  private scheduleFlush(): void {
    if (this.flushing) return;
    this.flushing = true;
    setImmediate(() => {
      this.flushing = false;
      if (this.closed) return;
      this.unsubscribeLeaving();
      void this.subscribeWanted();
    });
  }

  private unsubscribeLeaving(): void {
    const names = [...this.leaving].filter((name) => !this.channels.has(name));
    this.leaving.clear();
    if (this.redis.status !== 'ready') return;
    for (const batch of batchesBySlot(names)) {
      // It fails when the connection breaks or the slot has moved: then nothing is subscribed either.
      this.redis.sunsubscribe(...batch).catch(() => undefined);
    }
  }

  private async subscribeWanted(): Promise<void> {
    if (this.redis.status !== 'ready') return;
    const names = [...this.untold];
    this.untold.clear();
    await Promise.all(batchesBySlot(names).map((batch) => this.subscribeBatch(batch)));
  }

  private async subscribeBatch(names: string[]): Promise<void> {
    const batch = names.map((name) => this.channels.get(name)!);
    for (const channel of batch) channel.state = 'asked';
    try {
      await this.redis.ssubscribe(...names);
      for (const channel of batch) channel.answer('subscribed');
    } catch (error) {
      this.warn('subscribe failed', { channels: names.length, error: (error as Error).message });
      for (const channel of batch) channel.answer('wanted');
      for (const name of names)
        if (this.channels.get(name)?.state === 'wanted') this.untold.add(name);
      this.wasRefused = true;
      setTimeout(() => void this.retry(), RETRY_MS).unref();
    }
  }
}

export function createSubscriber(redis: Redis, warn: Warn): Subscriber {
  return new RedisSubscriber(redis, warn);
}

/** One command may only name channels of one slot: those with one hash tag. */
function batchesBySlot(names: readonly string[]): string[][] {
  const bySlot = Map.groupBy(names, hashTag);
  return [...bySlot.values()].flatMap((group) => slices(group, BATCH_MAX_CHANNELS));
}
