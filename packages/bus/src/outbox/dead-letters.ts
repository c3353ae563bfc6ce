/** Dead letters of all partitions: listed, put back, thrown away. */
import type { DeadLetter, Outbox } from '../contract.ts';
import { within } from '../redis/call.ts';
import { slices } from '../redis/slices.ts';
import { decodeLetterName } from './codec.ts';
import { type DeadLettersOptions, letterPages } from './letter-pages.ts';
import { createReplay } from './replay.ts';

type DeadLetters = Pick<Outbox, 'deadLetters' | 'replay' | 'discard'>;

const DISCARDED_AT_A_TIME = 100;

export function createDeadLetters(options: DeadLettersOptions): DeadLetters {
  return {
    deadLetters: (query) => list(options, query),
    replay: createReplay(options),
    discard: (ids) => discard(options, ids),
  };
}

type Query = Parameters<Outbox['deadLetters']>[0];

async function list(options: DeadLettersOptions, { chatId, after, limit }: Query) {
  const { keys } = options;
  const start = after === undefined ? undefined : decodeLetterName(after, keys.partitions);
  const all = Array.from({ length: keys.partitions }, (_, partition) => partition);
  const searched = chatId === undefined ? all : [keys.partitionOf(chatId)];
  const letters: DeadLetter[] = [];
  for (const partition of searched.filter((each) => each >= (start?.partition ?? 0))) {
    const from = partition === start?.partition ? start.id : undefined;
    for await (const page of letterPages(options, partition, from)) {
      const found = page.map(({ letter }) => letter);
      letters.push(...found.filter((letter) => chatId === undefined || letter.chatId === chatId));
      // One more than asked for tells that there is a next page.
      if (letters.length > limit) return pageOf(letters, limit);
    }
  }
  return { letters };
}

function pageOf(found: readonly DeadLetter[], limit: number) {
  const letters = found.slice(0, limit);
  return { letters, next: (letters.at(-1) as DeadLetter).id };
}

async function discard(
  { redis, keys, deadlineMs }: DeadLettersOptions,
  ids: readonly string[],
): Promise<number> {
  const names = ids.flatMap((id) => decodeLetterName(id, keys.partitions) ?? []);
  let discarded = 0;
  for (const [partition, named] of Map.groupBy(names, (name) => name.partition)) {
    for (const slice of slices(named, DISCARDED_AT_A_TIME)) {
      const call = redis.xdel(keys.outboxDead(partition), ...slice.map(({ id }) => id));
      discarded += await within(deadlineMs, call);
    }
  }
  return discarded;
}
