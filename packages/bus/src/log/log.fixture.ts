/** The log's parts over the test run's Redis, with a channel that a test may tamper with. */
import type { RoutedEvent } from '@switchboard/protocol';
import type { Redis } from 'ioredis';
import type { BusEvent, EventLog, FollowListener, OutboxOptions } from '../contract.ts';
import { createEventLog } from './event-log.ts';
import type { FollowCounters } from './follow.ts';
import { createFollowKeeper, type FollowKeeper } from './follow-keeper.ts';
import { createFollowLag } from './follow-lag.ts';
import { defaultLogLimits, type LogLimits } from './log-limits.ts';
import { createLogReader } from './log-reader.ts';
import { openCommandConnection, openFollowConnection } from '../redis/connection.ts';
import { createKeys, type Keys } from '../redis/keys.ts';
import { createSubscriber, type MessageHandler, type Subscriber } from '../redis/subscriber.ts';

export interface LogFixture {
  readonly log: EventLog;
  readonly redis: Redis;
  readonly following: Redis;
  readonly keys: Keys;
  readonly keeper: FollowKeeper;
  readonly counters: FollowCounters;
  close(): Promise<void>;
}

export interface FixtureOptions {
  readonly limits?: Partial<LogLimits>;
  readonly outbox?: OutboxOptions;
  /** Stands between the channel and the follower. */
  readonly tamper?: (message: Buffer, pass: MessageHandler) => void;
  readonly prefix?: string;
  readonly nowMs?: () => number;
}

const DEADLINE_MS = 3_000;

export async function openLogFixture(options: FixtureOptions = {}): Promise<LogFixture> {
  const url = process.env['REDIS_URL'];
  if (!url) throw new Error('the test run provides REDIS_URL');
  const warnings = { onWarning: () => undefined };
  const redis = openCommandConnection({ url, name: 'test', ...warnings });
  const following = openFollowConnection({ url, name: 'test', ...warnings });
  await Promise.all([redis.connect(), following.connect()]);
  const keys = createKeys(options.prefix ?? `t${crypto.randomUUID()}:`, 16);
  const limits = { ...defaultLogLimits, ...options.limits };
  const counters: FollowCounters = { repaired: 0, reads: 0, lost: 0, malformed: 0, renewed: 0 };
  const reader = createLogReader(redis, DEADLINE_MS);
  const subscriber = tampered(
    createSubscriber(following, () => undefined),
    options.tamper,
  );
  const keeper = createFollowKeeper({
    reader,
    subscriber,
    limits,
    readyDeadlineMs: DEADLINE_MS,
    counters,
    lag: createFollowLag(Date.now),
  });
  const log = createEventLog({
    redis,
    keys,
    limits,
    outbox: options.outbox,
    reader,
    keeper,
    nowMs: options.nowMs ?? Date.now,
    deadlineMs: DEADLINE_MS,
  });
  return {
    log,
    redis,
    following,
    keys,
    keeper,
    counters,
    async close() {
      keeper.close();
      await Promise.all([redis.quit(), following.quit()]);
    },
  };
}

function tampered(subscriber: Subscriber, tamper: FixtureOptions['tamper']): Subscriber {
  if (!tamper) return subscriber;
  return {
    subscribe: (name, pass) => subscriber.subscribe(name, (message) => tamper(message, pass)),
    renew: (name) => subscriber.renew(name),
    reconnect: (name) => subscriber.reconnect(name),
    onReconnect: (listener) => subscriber.onReconnect(listener),
    hold: (forMs) => subscriber.hold(forMs),
    close: () => subscriber.close(),
  };
}

/** A `messageAdded` to everyone in a room, without an envelope of the protocol's builders. */
export function roomEvent(
  chatId: string,
  text: string,
  more: Partial<RoutedEvent> = {},
): RoutedEvent {
  return {
    event: 'messageAdded',
    eventId: crypto.randomUUID(),
    ts: new Date().toISOString(),
    chatId,
    room: { audience: 'all', data: JSON.stringify({ message: { text } }) },
    ...more,
  };
}

export interface Recorder extends FollowListener {
  /** Texts of the delivered events; `LOST` where the follower said so. */
  readonly seen: string[];
  readonly ephemerals: BusEvent[];
  readonly events: BusEvent[];
}

export function record(): Recorder {
  const recorder: Recorder = {
    seen: [],
    ephemerals: [],
    events: [],
    event(event) {
      recorder.events.push(event);
      recorder.seen.push(textOf(event));
    },
    ephemeral: (event) => void recorder.ephemerals.push(event),
    lost: () => void recorder.seen.push('LOST'),
  };
  return recorder;
}

export function frameOf(event: Pick<BusEvent, 'frame'>): {
  data: { message: { text: string } };
  position: string;
} {
  return JSON.parse(Buffer.from(event.frame).toString());
}

export function textOf(event: BusEvent): string {
  return frameOf(event).data.message.text;
}

/** Waits until a condition holds. @throws when it does not within 3 s */
export async function until(condition: () => boolean, what = 'the condition'): Promise<void> {
  const end = Date.now() + DEADLINE_MS;
  while (!condition()) {
    if (Date.now() > end) throw new Error(`${what} did not come true within ${DEADLINE_MS} ms`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
