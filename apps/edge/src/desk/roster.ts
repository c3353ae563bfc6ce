/** Who is online at the desk. Many who connect at once share one reading of the list. */
import type { Presence } from '@switchboard/bus';
import type { User } from '@switchboard/protocol';

export interface Roster {
  /** Operators with a live session; read after the call, never from before it. */
  read(): Promise<User[]>;
}

export function createRoster(presence: Pick<Presence, 'desk'>): Roster {
  let running: Promise<User[]> | undefined;
  let next: Promise<User[]> | undefined;

  const start = (): Promise<User[]> => {
    next = undefined;
    const reading = readOperators(presence);
    running = reading;
    return reading.finally(() => {
      if (running === reading) running = undefined;
    });
  };
  return {
    read() {
      if (running === undefined) return start();
      // The reading under way may have passed the place where the caller was entered meanwhile.
      next ??= running.then(start, start);
      return next;
    },
  };
}

async function readOperators(presence: Pick<Presence, 'desk'>): Promise<User[]> {
  const sessions = await presence.desk();
  const byUser = new Map(sessions.map(({ user, userJson }) => [user, userJson]));
  return [...byUser.values()].map((json) => JSON.parse(json) as User);
}
