/** Puts dead letters back: into the chats that they came from, chat by chat. */
import type { Outbox } from '../contract.ts';
import { within } from '../redis/call.ts';
import { decodeLetterName, encodeChat } from './codec.ts';
import { replayScript } from './dead-letters.lua.ts';
import {
  type DeadLettersOptions,
  letterPages,
  type NamedLetter,
  readLetter,
} from './letter-pages.ts';

export function createReplay(options: DeadLettersOptions): Outbox['replay'] {
  const { keys } = options;
  return async (chosen) => {
    if (chosen === 'all') {
      let replayed = 0;
      for (let partition = 0; partition < keys.partitions; partition += 1)
        replayed += await replayPartition(options, partition);
      return replayed;
    }
    return 'chatId' in chosen
      ? replayPartition(options, keys.partitionOf(chosen.chatId), chosen.chatId)
      : replayNamed(options, chosen.ids);
  };
}

/** @param chatId only its letters; default: all */
async function replayPartition(
  options: DeadLettersOptions,
  partition: number,
  chatId?: string,
): Promise<number> {
  let replayed = 0;
  for await (const page of letterPages(options, partition)) {
    const chosen = page.filter(({ letter }) => chatId === undefined || letter.chatId === chatId);
    replayed += await replayLetters(options, chosen);
  }
  return replayed;
}

async function replayNamed(options: DeadLettersOptions, ids: readonly string[]): Promise<number> {
  let replayed = 0;
  for (const id of ids) {
    const name = decodeLetterName(id, options.keys.partitions);
    const found = name && (await readLetter(options, name.partition, name.id));
    if (found) replayed += await replayLetters(options, [found]);
  }
  return replayed;
}

/** Of one partition. */
async function replayLetters(
  { redis, keys, deadlineMs }: DeadLettersOptions,
  letters: readonly NamedLetter[],
): Promise<number> {
  let replayed = 0;
  for (const [chatId, ofChat] of Map.groupBy(letters, ({ letter }) => letter.chatId)) {
    const [first] = ofChat as [NamedLetter];
    const { partition } = first.letter;
    const scriptKeys = [
      keys.outboxState(partition),
      keys.outboxParked(partition),
      keys.outboxParking(partition),
      keys.outboxParkedEvents(chatId),
      keys.outboxDead(partition),
    ];
    const ids = ofChat.map(({ streamId }) => streamId);
    const call = replayScript.run(redis, scriptKeys, [encodeChat(chatId), ...ids]);
    replayed += await within(deadlineMs, call);
  }
  return replayed;
}
