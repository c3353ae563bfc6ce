/** Where the next connection goes: one target after the other, without those that were taken out. */

export interface Balancer {
  /** The next target; undefined when there is none. */
  next(): string | undefined;
  add(url: string): void;
  remove(url: string): void;
}

export const createBalancer = (urls: readonly string[]): Balancer => {
  const targets = [...urls];
  let turn = 0;
  return {
    next: () => targets[(turn += 1) % targets.length],
    add: (url) => void targets.push(url),
    remove: (url) => {
      const index = targets.indexOf(url);
      if (index >= 0) targets.splice(index, 1);
    },
  };
};
