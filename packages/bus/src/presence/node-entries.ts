/** A node's list in one partition, as Redis has it. */
import type { Keys } from '../redis/keys.ts';
import { scanHash } from '../redis/scan-hash.ts';
import type { RedisCommands } from '../redis/script.ts';
import { type SessionEntry, decodeEntry } from './session-entry.ts';

export interface NodeEntriesOptions {
  readonly redis: RedisCommands;
  readonly keys: Keys;
  readonly deadlineMs: number;
}

/** In slices; the tombstone is left out. */
export async function* scanEntries(
  { redis, keys, deadlineMs }: NodeEntriesOptions,
  nodeId: string,
  partition: number,
): AsyncGenerator<SessionEntry[]> {
  for await (const { entries } of scanHash(
    redis,
    keys.nodeSessions(partition, nodeId),
    deadlineMs,
  )) {
    yield entries.flatMap(([field, value]) => decodeEntry(field, value) ?? []);
  }
}
