/**
 * One round of cleaning. Any number of nodes do this at the same time, and any of them may die at
 * any point: a node stays declared dead until somebody has taken its last session out.
 */
import { within } from '../redis/call.ts';
import type { Keys } from '../redis/keys.ts';
import type { RedisCommands } from '../redis/script.ts';
import { condemnScript, forgetScript } from './lease-scripts.lua.ts';
import { type LeaseTimes, silenceMs } from './lease-times.ts';

export interface CleanOptions {
  readonly redis: RedisCommands;
  readonly keys: Keys;
  readonly times: LeaseTimes;
  /** Writes the tombstones and takes all sessions of a dead node out. */
  readonly cleanSessions: (nodeId: string, signal?: AbortSignal) => Promise<void>;
  /** Aborted: what is left is left to others. */
  readonly signal?: AbortSignal;
}

/**
 * Declares dead whose lease has ended, and cleans up after all dead. Resolves to their ids; rejects
 * after the last one if one of them could not be cleaned up.
 */
export async function clean(options: CleanOptions, ownId: string): Promise<string[]> {
  const { redis, keys, times } = options;
  const dead = await within(
    times.deadlineMs,
    condemnScript.run(
      redis,
      [keys.nodes(), keys.cluster()],
      [ownId, times.leaseMs, silenceMs(times)],
    ),
  );
  const failures: unknown[] = [];
  for (const nodeId of dead) {
    await bury(options, nodeId).catch((error: unknown) => failures.push(error));
  }
  if (failures.length > 0) throw failures[0];
  return dead;
}

async function bury(
  { redis, keys, times, cleanSessions, signal }: CleanOptions,
  nodeId: string,
): Promise<void> {
  await cleanSessions(nodeId, signal);
  await within(
    times.deadlineMs,
    forgetScript.run(redis, [keys.nodes(), keys.node(nodeId)], [nodeId]),
  );
}
