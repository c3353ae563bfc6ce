/** Sums over what several load processes tell. */

export const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);

/** Key by key. */
export const addCounts = (
  all: readonly Readonly<Record<string, number>>[],
): Record<string, number> => {
  const keys = new Set(all.flatMap((counts) => Object.keys(counts)));
  return Object.fromEntries(
    [...keys].map((key) => [key, sum(all.map((counts) => counts[key] ?? 0))]),
  );
};
