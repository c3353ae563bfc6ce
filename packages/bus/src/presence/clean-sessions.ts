/**
 * Takes all sessions of a dead node out, in its name: the tombstone first, so that a zombie cannot
 * enter one behind the cleaner's back, then leave by leave.
 */
import type { RoutedEvent } from '@switchboard/protocol';
import { slices } from '../redis/slices.ts';
import { type NodeEntriesOptions, scanEntries } from './node-entries.ts';
import type { SessionEntry } from './session-entry.ts';
import type { SessionStore } from './session-store.ts';

export interface CleanSessionsOptions extends NodeEntriesOptions {
  readonly store: SessionStore;
  /** What is told when this was its user's last session there. */
  readonly disconnectedOf: (entry: SessionEntry) => RoutedEvent | undefined;
}

const SLICE_LEAVES = 100;
/** Nothing can be entered after the tombstone: a second look is for what a scan may have missed. */
const ROUNDS_MAX = 10;

export async function cleanSessions(options: CleanSessionsOptions, nodeId: string): Promise<void> {
  for (let partition = 0; partition < options.keys.partitions; partition++) {
    await cleanPartition(options, nodeId, partition);
  }
}

async function cleanPartition(options: CleanSessionsOptions, nodeId: string, partition: number): Promise<void> {
  for (let round = 0; round < ROUNDS_MAX; round++) {
    if ((await options.store.bury(nodeId, partition)) === 0) return;
    for await (const entries of scanEntries(options, nodeId, partition)) await leaveAll(options, nodeId, entries);
  }
  throw new Error(`sessions of the dead node ${nodeId} are left in partition ${partition}`);
}

async function leaveAll(options: CleanSessionsOptions, nodeId: string, entries: SessionEntry[]): Promise<void> {
  for (const slice of slices(entries, SLICE_LEAVES)) {
    await Promise.all(slice.map((entry) => options.store.leave(nodeId, entry, options.disconnectedOf(entry))));
  }
}
