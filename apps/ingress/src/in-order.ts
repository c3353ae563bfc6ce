/** Runs jobs in lanes: in order within a lane, lanes side by side, so many at a time. */

export interface Job<T> {
  readonly lane: string;
  readonly run: () => Promise<T>;
}

/** Resolves with the results in the order of the jobs. Rejects with the first job that rejects. */
export async function inOrder<T>(jobs: readonly Job<T>[], maxConcurrency: number): Promise<T[]> {
  const results = Array.from<T>({ length: jobs.length });
  const lanes = groupByLane(jobs).values();
  const work = async () => {
    for (const lane of lanes) {
      for (const index of lane) results[index] = await jobs[index]!.run();
    }
  };
  await Promise.all(Array.from({ length: maxConcurrency }, work));
  return results;
}

function groupByLane(jobs: readonly Job<unknown>[]): Map<string, number[]> {
  const lanes = new Map<string, number[]>();
  for (const [index, { lane }] of jobs.entries()) {
    const indexes = lanes.get(lane);
    if (indexes === undefined) lanes.set(lane, [index]);
    else indexes.push(index);
  }
  return lanes;
}
