/** What edges take of the machine's memory, before and after faults. */
import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { collectGarbage, type Cluster } from '@switchboard/testkit';
import type { Stage } from './scenario.ts';

type Edge = Cluster['edges'][number];

/** Heap, stacks and buffers of each edge, without mapped files, in MiB; of one that is dead NaN. */
const readMemory = (edges: readonly Edge[]): Promise<number[]> =>
  Promise.all(
    edges.map(async ({ pid }) => {
      const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
      return Number(/^RssAnon:\s*(\d+) kB$/mu.exec(status)?.[1] ?? NaN) / 1024;
    }),
  );

const restMs = 3000;

/** As `readMemory`, when the edges have had time to put away what is over, and their garbage is gone. */
export const readRestingMemory = async (edges: readonly Edge[]): Promise<number[]> => {
  await delay(restMs);
  const living = edges.filter((edge) => !edge.hasExited());
  await Promise.all(living.map((edge) => collectGarbage(edge)));
  return readMemory(edges);
};

const memoryRatio = 1.2;

/**
 * With the same readers, an edge takes at most a fifth more than before the faults. Pages that the heap has
 * not given back yet differ from edge to edge: all do the same, so the start is the largest of them.
 */
export const judgeMemory = async ({
  cluster,
  calm,
  scale,
  expect,
  figure,
}: Stage): Promise<void> => {
  const startMiB = Math.max(...calm!.memoryMiB.filter(Number.isFinite));
  const deadlineMs = performance.now() + (scale.isLong ? 60_000 : 20_000);
  const living = cluster.edges.flatMap((edge, index) =>
    edge.hasExited() ? [] : [{ edge, beforeMiB: calm!.memoryMiB[index]! }],
  );
  const measure = async () => {
    const afterMiB = await readRestingMemory(living.map(({ edge }) => edge));
    return living.map((one, index) => ({ ...one, afterMiB: afterMiB[index]! }));
  };
  const isBack = ({ afterMiB }: { afterMiB: number }) => afterMiB <= startMiB * memoryRatio;
  let measured = await measure();
  while (!measured.every(isBack) && performance.now() < deadlineMs) measured = await measure();
  for (const one of measured) {
    const [before, after] = [Math.round(one.beforeMiB), Math.round(one.afterMiB)];
    figure(`${one.edge.name}MiB`, `${before} before, ${after} after`);
    expect(
      isBack(one),
      `${one.edge.name} takes ${after} MiB, and no edge took more than ${Math.round(startMiB)} before`,
    );
  }
};
