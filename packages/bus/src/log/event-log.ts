/** The event log: everything about appending to, reading and following rooms and feeds. */
import type { BusEvent, EventLog, OutboxOptions, Position } from '../contract.ts';
import { createAppend } from './append.ts';
import { followsRule, type LogPage } from './chain.ts';
import type { FollowKeeper } from './follow-keeper.ts';
import type { LogLimits } from './log-limits.ts';
import type { LogKeys, LogReader } from './log-reader.ts';
import { isPosition } from './position.ts';
import { createPublish } from './publish.ts';
import { createRecall } from './recall.ts';
import { within } from '../redis/call.ts';
import type { Keys } from '../redis/keys.ts';
import type { RedisCommands } from '../redis/script.ts';

export interface EventLogDependencies {
  readonly redis: RedisCommands;
  readonly keys: Keys;
  readonly limits: LogLimits;
  /** Absent: nothing is handed on. */
  readonly outbox?: OutboxOptions | undefined;
  readonly reader: LogReader;
  readonly keeper: FollowKeeper;
  /** By the clock of the node that holds a partition. */
  readonly nowMs: (partition?: number) => number;
  /** For everything but appends, which bring their own, ms. */
  readonly deadlineMs: number;
}

export function createEventLog(dependencies: EventLogDependencies): EventLog {
  const { redis, keys, reader, keeper, deadlineMs } = dependencies;
  return {
    partitions: keys.partitions,
    append: createAppend(dependencies),
    publish: createPublish(redis, keys, deadlineMs),
    recall: createRecall(dependencies),
    isClosed: async (chatId) =>
      (await within(deadlineMs, redis.hget(keys.state(chatId), 'closed'))) === '1',
    eventAt: (chatId, position) => eventAt(reader, roomKeys(keys, chatId), position),
    readRoom: (chatId, since, limit) => readRoom(reader, roomKeys(keys, chatId), since, limit),
    followRoom: (chatId, listener) => keeper.follow(roomKeys(keys, chatId), listener),
    followFeed: (partition, listener) => keeper.follow(feedKeys(keys, partition), listener),
  };
}

function roomKeys(keys: Keys, chatId: string): LogKeys {
  return { stream: keys.log(chatId), state: keys.state(chatId), channel: keys.room(chatId) };
}

function feedKeys(keys: Keys, partition: number): LogKeys {
  return {
    stream: keys.feed(partition),
    state: keys.feedState(partition),
    channel: keys.feed(partition),
  };
}

async function eventAt(
  reader: LogReader,
  log: LogKeys,
  position: Position,
): Promise<BusEvent | undefined> {
  if (!isPosition(position) || position === '0') return undefined;
  const page = await reader.at(log, position);
  return page.events.find((event) => event.position === position);
}

async function readRoom(
  reader: LogReader,
  log: LogKeys,
  since: Position | undefined,
  limit: number,
) {
  if (since !== undefined && !isPosition(since))
    return { ...(await fromOldest(reader, log, limit)), complete: false };
  if (since === undefined) return fromOldest(reader, log, limit);
  const page = await reader.after(log, since, limit);
  if (!followsRule(since, page))
    return { ...(await fromOldest(reader, log, limit)), complete: false };
  return { ...resultOf(page, since), complete: true };
}

async function fromOldest(reader: LogReader, log: LogKeys, limit: number) {
  const page = await reader.oldest(log, limit);
  const first = page.events[0]?.previous ?? page.newest;
  return { ...resultOf(page, page.newest), complete: first === '0' };
}

function resultOf(page: LogPage, otherwise: Position) {
  return {
    events: [...page.events],
    next: page.events.at(-1)?.position ?? otherwise,
    more: page.more,
  };
}
