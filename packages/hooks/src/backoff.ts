export interface BackoffOptions {
  /** Bound of the first pause. */
  readonly firstMs: number;
  /** Bound of every pause. */
  readonly maxMs: number;
}

/**
 * The pause after the `attempt`-th failure (from 0), ms: anything between 0 and a bound that doubles each time
 * ("full jitter": those that failed together do not come back together).
 */
export const backoffMs = (
  attempt: number,
  { firstMs, maxMs }: BackoffOptions,
  random: () => number,
): number => random() * Math.min(maxMs, firstMs * 2 ** attempt);
