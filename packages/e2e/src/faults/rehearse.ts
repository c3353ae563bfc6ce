/** Plays a plan without faults, so that what comes after can be held against it. */
import { gatherForRehearsal, type Readers } from './gather-readers.ts';
import { readRestingMemory } from './memory.ts';
import type { Calm, Scale } from './scenario.ts';

const maxSeconds = { short: 4, long: 30 };
const patienceMs = 15_000;

export const rehearse = async (readers: Readers, scale: Scale): Promise<Calm> => {
  const seconds = Math.min(scale.seconds, scale.isLong ? maxSeconds.long : maxSeconds.short);
  const ledger = await gatherForRehearsal(readers, { ...scale, seconds });
  try {
    await ledger.play();
    await ledger.settle(patienceMs);
    return { book: ledger.book, memoryMiB: await readRestingMemory(readers.cluster.edges) };
  } finally {
    ledger.close();
  }
};
