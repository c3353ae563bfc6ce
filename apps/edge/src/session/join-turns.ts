/**
 * Who joins now, and who waits: after a failure thousands come at once, and when all take turns at every
 * step nobody is in before most are. So some are taken to the end, then the next; and those of one room
 * together, because they share what is read for them.
 */
import { BusUnavailable } from '@switchboard/bus';

/** A place among those who join. */
export interface JoinTurn {
  /** Gives it to the next. Further calls do nothing. */
  end(): void;
}

export interface JoinTurns {
  /**
   * Resolves at once while there is a place and nobody waits, else together with others of its group.
   * Rejects with BusUnavailable after `waitMaxMs`.
   * @param group those who share what is read for them: a room
   */
  take(group: string): Promise<JoinTurn>;
  readonly waiting: number;
}

export interface JoinTurnsOptions {
  /** How many join at the same time. */
  readonly placesMax: number;
  /** Of those who wait for one room so many come in before the next room's. */
  readonly groupMax: number;
  /** Who had no place for so long shall come again later, ms. It is told when there is one. */
  readonly waitMaxMs: number;
  /** A clock that never steps back, ms. */
  readonly now: () => number;
}

interface Waiting {
  readonly sinceMs: number;
  readonly begin: () => void;
  readonly refuse: (error: BusUnavailable) => void;
}

export function createJoinTurns(options: JoinTurnsOptions): JoinTurns {
  const { placesMax, groupMax, waitMaxMs, now } = options;
  /** In the order in which their first came. */
  const groups = new Map<string, Waiting[]>();
  let taken = 0;
  let waiting = 0;

  const open = (): JoinTurn => {
    let held = true;
    taken += 1;
    return {
      end() {
        if (!held) return;
        held = false;
        taken -= 1;
        admit();
      },
    };
  };
  const admit = () => {
    while (taken < placesMax && groups.size > 0) admitGroup();
  };
  /** All of them though fewer places are left: half a room would have to be read again for the rest. */
  const admitGroup = () => {
    const [group, members] = groups.entries().next().value as [string, Waiting[]];
    groups.delete(group);
    const first = members.splice(0, groupMax);
    if (members.length > 0) groups.set(group, members);
    waiting -= first.length;
    for (const one of first) {
      if (now() - one.sinceMs > waitMaxMs) one.refuse(overdue());
      else one.begin();
    }
  };
  return {
    async take(group) {
      if (taken < placesMax && groups.size === 0) return open();
      const { promise, resolve, reject } = Promise.withResolvers<JoinTurn>();
      const members = groups.get(group) ?? [];
      groups.set(group, members);
      waiting += 1;
      members.push({ sinceMs: now(), begin: () => resolve(open()), refuse: reject });
      return promise;
    },
    get waiting() {
      return waiting;
    },
  };
}

function overdue(): BusUnavailable {
  return new BusUnavailable('too many join at the same time', 'no');
}
