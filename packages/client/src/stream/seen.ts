/**
 * Which events were given to the listeners. It remembers at least the newest `keptMax` and at most
 * twice as many: more than a room's log holds, so that whatever a server sends again is known.
 */
export interface Seen {
  /** True for the first time. */
  isNew(eventId: string): boolean;
}

export function createSeen(keptMax: number): Seen {
  let newer = new Set<string>();
  let older = new Set<string>();
  return {
    isNew(eventId) {
      if (newer.has(eventId) || older.has(eventId)) return false;
      if (newer.size >= keptMax) [older, newer] = [newer, new Set()];
      newer.add(eventId);
      return true;
    },
  };
}
