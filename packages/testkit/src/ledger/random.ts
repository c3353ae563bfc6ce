/** Chance that can be repeated. */

export interface Random {
  /** From 0 to 1, without 1. */
  (): number;
  /** A whole number from 0 to `below`, without it. */
  below(below: number): number;
  /** One of them. */
  of<T>(items: readonly T[]): T;
}

/** Mulberry32: the same seed gives the same numbers, on every machine. */
export const createRandom = (seed: number): Random => {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (limit: number) => Math.floor(next() * limit);
  return Object.assign(next, {
    below,
    of: <T>(items: readonly T[]): T => items[below(items.length)] as T,
  });
};
