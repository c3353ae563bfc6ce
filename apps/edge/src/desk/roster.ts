/** Who is online at the desk. Many who connect at once share one reading of the list. */
import type { Presence } from '@switchboard/bus';
import type { User } from '@switchboard/protocol';
import { sharedRead } from '../presence/shared-read.ts';

export interface Roster {
  /** Operators with a live session; read after the call, never from before it. */
  read(): Promise<User[]>;
}

export function createRoster(presence: Pick<Presence, 'desk'>): Roster {
  return { read: sharedRead(() => readOperators(presence)) };
}

async function readOperators(presence: Pick<Presence, 'desk'>): Promise<User[]> {
  const sessions = await presence.desk();
  const byUser = new Map(sessions.map(({ user, userJson }) => [user, userJson]));
  return [...byUser.values()].map((json) => JSON.parse(json) as User);
}
