/**
 * Takes all sessions of a dead node out, in its name: the tombstone first, so that a zombie cannot
 * enter one behind the cleaner's back, then leave by leave. Nobody waits for it, for the sessions of
 * a dead node count as gone already; those who wait are its clients, who come in meanwhile.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { slices } from '../redis/slices.ts';
import { type NodeEntriesOptions, scanEntries } from './node-entries.ts';
import type { SessionEntry } from './session-entry.ts';
import type { SessionStore } from './session-store.ts';

export interface CleanSessionsOptions extends NodeEntriesOptions {
  readonly store: Pick<SessionStore, 'bury'>;
  /** Leaves in the session's name. */
  readonly takeOut: (nodeId: string, entry: SessionEntry) => Promise<void>;
  readonly signal?: AbortSignal | undefined;
}

/** Nothing can be entered after the tombstone: a second look is for what a scan may have missed. */
const ROUNDS_MAX = 10;
const SLICE_SESSIONS = 50;
/** The longest pause: a Redis that is slow must not make it endless. */
const PAUSE_MAX_MS = 100;

/** Rejects soon after the signal is aborted, with sessions left. */
export async function cleanSessions(options: CleanSessionsOptions, nodeId: string): Promise<void> {
  for (let partition = 0; partition < options.keys.partitions; partition++) {
    await cleanPartition(options, nodeId, partition);
  }
}

async function cleanPartition(
  options: CleanSessionsOptions,
  nodeId: string,
  partition: number,
): Promise<void> {
  const { store, takeOut, signal } = options;
  for (let round = 0; round < ROUNDS_MAX; round++) {
    if ((await store.bury(nodeId, partition)) === 0) return;
    for await (const entries of scanEntries(options, nodeId, partition)) {
      for (const slice of slices(entries, SLICE_SESSIONS)) {
        await withPause(() => Promise.all(slice.map((entry) => takeOut(nodeId, entry))), signal);
      }
    }
  }
  throw new Error(`sessions of the dead node ${nodeId} are left in partition ${partition}`);
}

/** Pauses for as long as the work took, so that others have half of this process and of Redis. */
async function withPause(work: () => Promise<unknown>, signal?: AbortSignal): Promise<void> {
  signal?.throwIfAborted();
  const startedMs = performance.now();
  await work();
  const pauseMs = Math.min(performance.now() - startedMs, PAUSE_MAX_MS);
  await delay(pauseMs, undefined, signal && { signal });
}
