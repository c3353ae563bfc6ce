/** Outboxes over a Redis, and what an append writes into them. */
import type { HeldOutbox, Outbox, OutboxEvent, Setback } from '../contract.ts';
import { openCommandConnection, openFollowConnection } from '../redis/connection.ts';
import { createKeys } from '../redis/keys.ts';
import { createSubscriber } from '../redis/subscriber.ts';
import { encodeChat } from './codec.ts';
import { createOutbox } from './outbox.ts';

export const PARTITIONS = 4;

export async function openOutboxFixture(url = process.env['REDIS_URL'] ?? '') {
  const options = { url, name: 'test', onWarning: () => undefined };
  const [redis, following] = [openCommandConnection(options), openFollowConnection(options)];
  await Promise.all([redis.connect(), following.connect()]);
  const prefix = `t${crypto.randomUUID()}:`;
  const keys = createKeys(prefix, PARTITIONS);
  const subscriber = createSubscriber(following, () => undefined);
  const outbox: Outbox = createOutbox({
    redis,
    keys,
    subscriber,
    deadlineMs: 3_000,
    newToken: () => crypto.randomUUID(),
  });
  return {
    outbox,
    redis,
    keys,
    /** As the append script writes it. Resolves to the event's id. */
    async write(chatId: string | undefined, frame: string): Promise<string> {
      const partition = chatId === undefined ? 0 : keys.partitionOf(chatId);
      const key = keys.outbox(partition);
      const id = await redis.xadd(key, '*', 'chat', encodeChat(chatId), 'frame', frame);
      if ((await redis.xlen(key)) === 1) await redis.spublish(key, '');
      return id as string;
    },
    /** Partition of a chat, held by a worker. */
    async hold(chatId: string, workerId = 'one', leaseMs = 60_000) {
      const held = await outbox.acquire(keys.partitionOf(chatId), workerId, leaseMs);
      if (!held) throw new Error('another worker has it');
      return held;
    },
    /** Name and content of every key. */
    async everything(): Promise<[string, unknown][]> {
      const names = (await redis.keys(`${prefix}*`)).sort();
      return Promise.all(
        names.map(async (name): Promise<[string, unknown]> => [name, await redis.dump(name)]),
      );
    },
    async clear() {
      const names = await redis.keys(`${prefix}*`);
      if (names.length > 0) await redis.del(names);
    },
    async close() {
      subscriber.close();
      redis.disconnect();
      following.disconnect();
    },
  };
}

export type OutboxFixture = Awaited<ReturnType<typeof openOutboxFixture>>;

export const framesOf = (events: readonly Pick<OutboxEvent, 'frame'>[]) =>
  events.map(({ frame }) => frame);

/** So many events, however large they are. */
export const upTo = (maxEvents: number) => ({ maxEvents, maxBytes: 1_000_000 });

export const read = async (held: HeldOutbox, maxEvents: number) =>
  (await held.read(upTo(maxEvents))).events;

export const setback = (attempts = 1, retryInMs = 0): Setback => ({
  attempts,
  retryInMs,
  failure: { reason: 'the backend said no', status: 503 },
});
