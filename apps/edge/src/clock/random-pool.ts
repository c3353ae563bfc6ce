/** Random bytes drawn from the system in bulk: to ask it for each id costs more than the id. */
export type Random = (bytes: number) => Uint8Array;

/**
 * Gives views on a pool; each byte is given once.
 * @param fill the source of randomness; fit for secrets when that is
 * @param poolBytes drawn at once; nobody may ask for more
 */
export function createRandomPool(fill: (pool: Uint8Array) => void, poolBytes = 4_096): Random {
  let pool = new Uint8Array(0);
  let taken = 0;
  return (bytes) => {
    if (taken + bytes > pool.length) {
      // A new one: what was given of the last one may still be read.
      pool = new Uint8Array(Math.max(poolBytes, bytes));
      fill(pool);
      taken = 0;
    }
    taken += bytes;
    return pool.subarray(taken - bytes, taken);
  };
}
