/** What a client gives as `since` when it comes back. */

export interface Positions {
  /** From `connected` or `checkpoint`: complete. */
  reset(complete: string): void;
  /** From a logged event. */
  take(position: string): void;
  /** They are worth nothing any more. */
  forget(): void;
  /** Undefined before the first `connected`, and when they were forgotten. */
  since(): string | undefined;
}

export const createPositions = (role: 'client' | 'operator' | 'desk'): Positions =>
  role === 'desk' ? perPartition() : ofRoom();

const ofRoom = (): Positions => {
  let last: string | undefined;
  return {
    reset: (complete) => (last = complete),
    take: (position) => (last = position),
    forget: () => (last = undefined),
    since: () => last,
  };
};

/** One position for each partition: `<partition>:<token>`. */
const perPartition = (): Positions => {
  const tokens = new Map<string, string>();
  const take = (position: string) => void tokens.set(position.split(':', 1)[0] ?? '', position);
  return {
    reset: (complete) => {
      tokens.clear();
      for (const position of complete.split(',')) take(position);
    },
    take,
    forget: () => tokens.clear(),
    since: () => (tokens.size === 0 ? undefined : [...tokens.values()].join(',')),
  };
};
