/** Plays a plan without faults, so that what comes after can be held against it. */
import type { Cluster, Ledger } from '@switchboard/testkit';
import { readRestingMemory } from './memory.ts';
import type { Calm } from './scenario.ts';

const patienceMs = 15_000;

export const rehearse = async (ledger: Ledger, cluster: Cluster): Promise<Calm> => {
  try {
    await ledger.play();
    await ledger.settle(patienceMs);
    return { book: ledger.book, memoryMiB: await readRestingMemory(cluster.edges) };
  } finally {
    ledger.close();
  }
};
