/**
 * Compares a node's list in Redis with the memory of the process, and enters or takes out the
 * difference: a rollback of Redis may have lost either, and so may a call that nobody answered.
 */
import type { HeldSessions } from './held-sessions.ts';
import { inSlices } from './in-slices.ts';
import { type NodeEntriesOptions, scanEntries } from './node-entries.ts';
import type { SessionEntry } from './session-entry.ts';

export interface ReconcileOptions extends NodeEntriesOptions {
  readonly held: HeldSessions;
  readonly nodeId: () => string | undefined;
  /** Both do nothing when the memory has changed meanwhile. */
  readonly enterHeld: (partition: number, entry: string) => Promise<void>;
  readonly takeOutUnheld: (nodeId: string, entry: SessionEntry) => Promise<void>;
}

export async function reconcile(options: ReconcileOptions): Promise<void> {
  const owed = options.held.owedEnds();
  for (let partition = 0; partition < options.keys.partitions; partition++) {
    const nodeId = options.nodeId();
    if (nodeId === undefined) return;
    await reconcilePartition(options, nodeId, partition);
  }
  // Whoever is not in Redis after all has left it, or never came.
  for (const entry of owed) options.held.takeOwedEnd(entry);
}

async function reconcilePartition(
  options: ReconcileOptions,
  nodeId: string,
  partition: number,
): Promise<void> {
  const stored = new Map<string, SessionEntry>();
  for await (const entries of scanEntries(options, nodeId, partition)) {
    for (const entry of entries) stored.set(entry.field, entry);
  }
  const { held, enterHeld, takeOutUnheld } = options;
  const missing = held.entries(partition).filter((entry) => !stored.has(entry));
  await inSlices(missing, (entry) => enterHeld(partition, entry));
  const surplus = [...stored.values()].filter((entry) => !held.get(partition, entry.field));
  await inSlices(surplus, (entry) => takeOutUnheld(nodeId, entry));
}
