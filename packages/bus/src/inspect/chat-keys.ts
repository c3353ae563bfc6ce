/** The keys of one chat, and what is in them now. Reads only. */
import { within } from '../redis/call.ts';
import type { Keys } from '../redis/keys.ts';
import type { RedisCommands } from '../redis/script.ts';
import { type KeyKind, keyKinds } from './key-table.ts';

export interface ChatKey {
  readonly key: string;
  readonly type: KeyKind['type'];
  readonly holds: string;
  /** What to type into redis-cli to see it. */
  readonly read: string;
  /** Entries, fields, or subscribers of a channel; 0: there is nothing. */
  readonly count: number;
  /** Until it is gone, ms; -1: it stays, or is a channel; -2: it is not there. */
  readonly expiresInMs: number;
}

const methods = [
  'log',
  'state',
  'messages',
  'olderMessages',
  'members',
  'room',
  'outboxParkedEvents',
] as const;
const deadlineMs = 3_000;

export async function readChatKeys(
  server: RedisCommands,
  keys: Keys,
  chatId: string,
): Promise<ChatKey[]> {
  return Promise.all(methods.map((method) => readKey(server, method, keys[method](chatId))));
}

async function readKey(
  server: RedisCommands,
  method: (typeof methods)[number],
  key: string,
): Promise<ChatKey> {
  const { type, holds, read } = keyKinds.find((kind) => kind.method === method) as KeyKind;
  const isChannel = type === 'channel';
  const [count, expiresInMs] = await within(
    deadlineMs,
    Promise.all([countOf(server, type, key), isChannel ? -1 : server.pttl(key)]),
  );
  return { key, type, holds, read: read.replace('<key>', quoted(key)), count, expiresInMs };
}

async function countOf(server: RedisCommands, type: KeyKind['type'], key: string): Promise<number> {
  if (type === 'stream') return server.xlen(key);
  if (type === 'hash') return server.hlen(key);
  if (type === 'zset') return server.zcard(key);
  const [, subscribers] = (await server.call('PUBSUB', 'SHARDNUMSUB', key)) as [string, number];
  return subscribers;
}

/** For redis-cli within a shell, whatever a chat is called. */
function quoted(key: string): string {
  return `'${key.replaceAll("'", String.raw`'\''`)}'`;
}
