/** Talk over one bus while another one follows, and the account of it: what was said, what was heard. */
import { setTimeout as delay } from 'node:timers/promises';
import { partitionOf } from '@switchboard/protocol';
import { type Bus, BusUnavailable, type Follow, outboxKinds } from '../contract.ts';
import { record, roomEvent, type Recorder } from '../log/log.fixture.ts';
import { openBus } from '../open-bus.ts';

export interface Talk {
  readonly chatId: string;
  /** Texts that were acknowledged, in order; each was tried until it was. */
  readonly said: readonly string[];
  readonly heard: Recorder;
  /** The longest time without an acknowledgement, ms. */
  readonly longestSilenceMs: () => number;
  /** Resolves when the last attempt was acknowledged. */
  stop(): Promise<void>;
}

const PARTITIONS = 4;
const EVERY_MS = 10;
const ATTEMPT_MS = 800;

/** Talks in one chat from now on, one message at a time. */
async function talk(speaker: Bus, listener: Bus, chatId: string): Promise<Talk> {
  const heard = record();
  const follow = listener.log.followRoom(chatId, heard);
  await follow.ready;
  const said: string[] = [];
  const state = { going: true, longestMs: 0 };
  const speaking = speak();

  async function speak(): Promise<void> {
    for (let lastMs = performance.now(); state.going;) {
      const text = String(said.length + 1);
      await say(speaker, chatId, text);
      said.push(text);
      state.longestMs = Math.max(state.longestMs, performance.now() - lastMs);
      lastMs = performance.now();
      await delay(EVERY_MS);
    }
  }
  return {
    chatId,
    said,
    heard,
    longestSilenceMs: () => state.longestMs,
    async stop() {
      state.going = false;
      await speaking;
      await settled(follow, heard, said);
      follow.close();
    },
  };
}

/** The same key each time: what was executed although nobody was told is not executed again. */
async function say(bus: Bus, chatId: string, text: string): Promise<void> {
  const user = 'client:speaker' as const;
  const once = { kind: 'clientMessage', user, clientMessageId: text } as const;
  const event = roomEvent(chatId, text);
  for (;;) {
    try {
      await bus.log.append({ event, once, outbox: 'messages', deadlineMs: ATTEMPT_MS });
      return;
    } catch (error) {
      if (!(error instanceof BusUnavailable)) throw error;
      await delay(EVERY_MS);
    }
  }
}

const SETTLE_MS = 5_000;

async function settled(follow: Follow, heard: Recorder, said: readonly string[]): Promise<void> {
  const endMs = performance.now() + SETTLE_MS;
  while (heard.seen.at(-1) !== said.at(-1) && performance.now() < endMs) {
    follow.check();
    await delay(50);
  }
}

export interface Pair {
  readonly speaker: Bus;
  readonly listener: Bus;
  readonly warnings: string[];
  close(): Promise<void>;
}

/** Two buses of one deployment. */
export async function openPair(redisUrl: string): Promise<Pair> {
  const keyPrefix = `t${crypto.randomUUID()}:`;
  const warnings: string[] = [];
  const open = (clientName: string) =>
    openBus({
      redisUrl,
      keyPrefix,
      partitions: PARTITIONS,
      clientName,
      outbox: { kinds: new Set(outboxKinds), maxEvents: 1_000_000, maxAgeMs: 3_600_000 },
      onWarning: (message, details) =>
        void warnings.push(`${clientName}: ${message} ${JSON.stringify(details ?? {})}`),
    });
  const [speaker, listener] = [await open('speaker'), await open('listener')];
  await until('both are ready', () => speaker.health().ready && listener.health().ready);
  return {
    speaker,
    listener,
    warnings,
    close: async () => void (await Promise.all([speaker.close(), listener.close()])),
  };
}

/** What a backend would be told of a talk, oldest first. */
export async function handedOn({ listener }: Pair, { chatId }: Talk): Promise<string[]> {
  const partition = partitionOf(chatId, PARTITIONS);
  const outbox = await listener.outbox.acquire(partition, 'worker', 10_000);
  const read = await outbox?.read({ maxEvents: 100_000, maxBytes: 100_000_000 });
  await outbox?.release();
  return (read?.events ?? [])
    .filter((event) => event.chatId === chatId)
    .map(({ frame }) => JSON.parse(frame).data.message.text);
}

/** A new chat of each partition, in their order. */
export function oneChatEach(partitions: number): string[] {
  const name = crypto.randomUUID();
  const chats = Array.from({ length: partitions * 50 }, (_, number) => `${name}-${number}`);
  return Array.from(
    { length: partitions },
    (_, partition) => chats.find((chat) => partitionOf(chat, partitions) === partition) as string,
  );
}

/** Talk in every partition. */
export async function talkEverywhere({ speaker, listener }: Pair): Promise<Talk[]> {
  const chats = oneChatEach(speaker.log.partitions);
  return Promise.all(chats.map((chat) => talk(speaker, listener, chat)));
}

/**
 * What was said and not heard although nobody was told that something is missing.
 * @throws when something was heard twice or out of order
 */
export function lostInSilence(talk: Talk): string[] {
  const { said, heard } = talk;
  const numbers = heard.seen.filter((text) => text !== 'LOST').map(Number);
  const sorted = [...new Set(numbers)].sort((a, b) => a - b);
  if (sorted.join() !== numbers.join()) throw new Error(`not once and in order: ${numbers.join()}`);
  return wasTold(talk) ? [] : said.filter((text) => !heard.seen.includes(text));
}

export function wasTold({ heard }: Talk): boolean {
  return heard.seen.includes('LOST');
}

export async function until(what: string, holds: () => boolean, withinMs = 10_000): Promise<void> {
  const endMs = performance.now() + withinMs;
  while (!holds()) {
    if (performance.now() > endMs) throw new Error(`${what}: not within ${withinMs} ms`);
    await delay(10);
  }
}
