/** Where the next connection goes on. Opaque to us, but for the partitions of `/broadcast`. */
export interface Position {
  /** A complete `since`; undefined where nothing is known. */
  since(): string | undefined;
  /**
   * A complete position was told, by `connected` or a checkpoint.
   * @param isAhead history comes first: until all of it is here, whoever went on from this position
   *   would never get it
   */
  reset(position: string, isAhead?: boolean): void;
  /** A logged event was received. */
  take(position: string): void;
  /** All that came before the live events is here. */
  settle(): void;
  forget(): void;
}

/** `/chat`: the last one received. */
export function createChatPosition(since?: string): Position {
  let last = since;
  let ahead: string | undefined;
  return {
    since: () => last,
    reset(position, isAhead = false) {
      if (isAhead) ahead = position;
      else last = position;
    },
    take(position) {
      last = position;
      ahead = undefined;
    },
    settle() {
      last = ahead ?? last;
      ahead = undefined;
    },
    forget() {
      last = ahead = undefined;
    },
  };
}

type Partitions = Map<string, string>;

/** `/broadcast`: `<partition>:<token>`, the last one of each partition. History comes in all of them at once. */
export function createDeskPosition(since?: string): Position {
  let told = since;
  let last: Partitions | undefined;
  let ahead: Partitions | undefined;
  return {
    since: () => (last === undefined ? told : [...last.values()].join(',')),
    reset(position, isAhead = false) {
      if (isAhead) ahead = partitionsOf(position);
      else [last, ahead] = [partitionsOf(position), undefined];
    },
    take(position) {
      const partitions = ahead ?? last;
      partitions?.set(partitionOf(position), position);
    },
    settle() {
      last = ahead ?? last;
      ahead = undefined;
    },
    forget() {
      told = last = ahead = undefined;
    },
  };
}

const partitionOf = (part: string): string => part.slice(0, part.indexOf(':'));

const partitionsOf = (position: string): Partitions =>
  new Map(position.split(',').map((part) => [partitionOf(part), part]));
