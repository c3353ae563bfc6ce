/** Moves one slot while it is used, as `redis-cli --cluster reshard` does. */
import type { Redis } from '../redis.ts';
import { clientOf } from './servers.ts';

export interface SlotMove {
  slot: number;
  source: Redis;
  target: Redis;
  /** At which the source finds the target. */
  targetPort: number;
  /** All primaries: each is told where the slot is now. */
  primaries: readonly Redis[];
  /** Awaited when the first keys have moved and the others have not. */
  hold: () => Promise<unknown>;
}

const batchKeys = 4;
const timeoutMs = 5_000;

export const moveSlot = async (move: SlotMove): Promise<void> => {
  const { slot, source, target, primaries, hold } = move;
  const [sourceId, targetId] = [await idOf(source), await idOf(target)];
  await setSlot(target, slot, ['IMPORTING', sourceId]);
  await setSlot(source, slot, ['MIGRATING', targetId]);
  for (let moved = 0; await moveKeys(move); moved += 1) if (moved === 0) await hold();
  // The new owner first: whoever is redirected to it must be taken in.
  await setSlot(target, slot, ['NODE', targetId]);
  await setSlot(source, slot, ['NODE', targetId]);
  const others = primaries.filter((node) => node !== source && node !== target);
  await Promise.all(others.map((node) => setSlot(node, slot, ['NODE', targetId])));
};

/** False when there was nothing left. */
const moveKeys = async ({ slot, source, targetPort }: SlotMove): Promise<boolean> => {
  const client = clientOf(source);
  const keys = await client.cluster('GETKEYSINSLOT', slot, batchKeys);
  if (keys.length === 0) return false;
  await client.call('MIGRATE', '127.0.0.1', targetPort, '', 0, timeoutMs, 'KEYS', ...keys);
  return true;
};

const setSlot = (node: Redis, slot: number, state: [string, string]): Promise<unknown> =>
  clientOf(node).call('CLUSTER', 'SETSLOT', slot, ...state);

const idOf = (node: Redis): Promise<string> => clientOf(node).cluster('MYID');
