/** A complete `since` of `/broadcast`: `<partition>:<position>` for every partition, comma-separated. */

/** Positions by partition; undefined when one is left out, given twice or not of this deployment. */
export function readDeskPosition(since: string, partitions: number): string[] | undefined {
  const parts = since.split(',');
  if (parts.length !== partitions) return undefined;
  const positions = new Map<number, string>();
  for (const part of parts) {
    const match = /^(\d{1,6}):(.+)$/u.exec(part);
    if (match === null || Number(match[1]) >= partitions) return undefined;
    positions.set(Number(match[1]), match[2]!);
  }
  if (positions.size !== partitions) return undefined;
  return Array.from({ length: partitions }, (_, partition) => positions.get(partition)!);
}

/**
 * How many of the newest `count` messages of all feeds each feed has.
 *
 * @param timesByPartition when each feed's newest messages were logged, newest first
 */
export function shareOfNewest(
  timesByPartition: readonly (readonly number[])[],
  count: number,
): number[] {
  const all = timesByPartition.flatMap((times, partition) =>
    times.map((time) => ({ time, partition })),
  );
  all.sort((left, right) => right.time - left.time);
  const shares = timesByPartition.map(() => 0);
  for (const { partition } of all.slice(0, count)) shares[partition]! += 1;
  return shares;
}
