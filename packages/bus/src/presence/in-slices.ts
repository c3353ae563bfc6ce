import { slices } from '../redis/slices.ts';

const SLICE_ITEMS = 100;

/** Does a task for every item, a hundred at a time: a large node must not flood the connection. */
export async function inSlices<T>(
  items: readonly T[],
  task: (item: T) => Promise<unknown>,
): Promise<void> {
  for (const slice of slices(items, SLICE_ITEMS)) await Promise.all(slice.map(task));
}
