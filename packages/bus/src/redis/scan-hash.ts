/** Reads a hash in slices, so that a large one does not hold Redis up. */
import { within } from './call.ts';
import type { RedisCommands } from './script.ts';

const SLICE_FIELDS = 500;

export interface HashSlice {
  readonly entries: [field: string, value: string][];
  readonly more: boolean;
}

/**
 * Fields and values, a slice at a time. What is there during the whole scan comes at least once;
 * what comes or goes meanwhile may come, and a field may come twice.
 * @param pattern of the fields, as HSCAN's MATCH takes it; default all
 */
export async function* scanHash(
  redis: RedisCommands,
  key: string,
  deadlineMs: number,
  pattern = '*',
): AsyncGenerator<HashSlice> {
  let cursor = '0';
  do {
    const scan = redis.hscan(key, cursor, 'MATCH', pattern, 'COUNT', SLICE_FIELDS);
    const [next, flat] = await within(deadlineMs, scan);
    cursor = next;
    yield { entries: pairs(flat), more: cursor !== '0' };
  } while (cursor !== '0');
}

export function pairs(flat: readonly string[]): [string, string][] {
  return Array.from({ length: flat.length / 2 }, (_, i) => [
    flat[2 * i] as string,
    flat[2 * i + 1] as string,
  ]);
}
