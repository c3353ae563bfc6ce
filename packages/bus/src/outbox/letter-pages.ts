/** Reads dead letters, a page at a time. */
import type { DeadLetter } from '../contract.ts';
import { within } from '../redis/call.ts';
import type { Keys } from '../redis/keys.ts';
import type { RedisCommands } from '../redis/script.ts';
import { decodeLetter } from './codec.ts';

export interface DeadLettersOptions {
  readonly redis: RedisCommands;
  readonly keys: Keys;
  readonly deadlineMs: number;
}

export interface NamedLetter {
  /** In the stream of its partition. */
  readonly streamId: string;
  readonly letter: DeadLetter;
}

const PAGE_LETTERS = 100;

/** The letter of this id of the stream; none: it is gone. */
export async function readLetter(
  options: DeadLettersOptions,
  partition: number,
  id: string,
): Promise<NamedLetter | undefined> {
  const [found] = await readRange(options, partition, { from: id, to: id, limit: 1 });
  return found;
}

/**
 * Those that are there when it begins, oldest first: what is given up again meanwhile does not come a second time.
 * @param after an id of the stream
 */
export async function* letterPages(
  options: DeadLettersOptions,
  partition: number,
  after?: string,
): AsyncGenerator<NamedLetter[]> {
  const { redis, keys, deadlineMs } = options;
  const newest = redis.xrevrange(keys.outboxDead(partition), '+', '-', 'COUNT', 1);
  const to = (await within(deadlineMs, newest))[0]?.[0];
  let from: string | undefined = after === undefined ? '-' : `(${after}`;
  while (to !== undefined && from !== undefined) {
    const page = await readRange(options, partition, { from, to, limit: PAGE_LETTERS });
    yield page;
    const last = page.at(-1);
    from = last && page.length === PAGE_LETTERS ? `(${last.streamId}` : undefined;
  }
}

interface Range {
  readonly from: string;
  readonly to: string;
  readonly limit: number;
}

async function readRange(
  { redis, keys, deadlineMs }: DeadLettersOptions,
  partition: number,
  { from, to, limit }: Range,
): Promise<NamedLetter[]> {
  const call = redis.xrange(keys.outboxDead(partition), from, to, 'COUNT', limit);
  const entries = await within(deadlineMs, call);
  return entries.map(([streamId, fields]) => ({
    streamId,
    letter: decodeLetter({ partition, id: streamId }, fields),
  }));
}
