/**
 * Keeps in mind that Redis and this process may disagree, until they have been compared: after a
 * reconnect, after a call that failed (it may have been executed), under a new node id.
 */
import type { Lease } from './lease.ts';

export interface Mending {
  /** True: they may disagree, and nobody has looked since. */
  readonly isOwed: boolean;
  /** The last node id under which all sessions were entered. */
  readonly settledId: string | undefined;
  owe(): void;
  /** Sessions have to be entered anew; then the old id is left to the cleaners. */
  replaced(deadId: string): void;
  run(): Promise<void>;
}

export interface MendingOptions {
  readonly lease: Pick<Lease, 'nodeId' | 'renounce'>;
  readonly reconcile: () => Promise<void>;
}

export function createMending({ lease, reconcile }: MendingOptions): Mending {
  const replacedIds = new Set<string>();
  let isOwed = false;
  let settledId = lease.nodeId;

  /** Sessions first: a user who is back under the new id is not announced as gone. */
  async function mend(): Promise<void> {
    const deadIds = [...replacedIds];
    const { nodeId } = lease;
    await reconcile();
    for (const deadId of deadIds) {
      await lease.renounce(deadId);
      replacedIds.delete(deadId);
    }
    settledId = nodeId;
  }
  const owe = () => void (isOwed = true);
  return {
    get isOwed() {
      return isOwed;
    },
    get settledId() {
      return settledId;
    },
    owe,
    replaced(deadId) {
      replacedIds.add(deadId);
      owe();
    },
    async run() {
      isOwed = false;
      try {
        await mend();
      } catch (error) {
        owe();
        throw error;
      }
    },
  };
}
