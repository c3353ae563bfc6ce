/** Who is online at the desk. Many who connect at once share one reading of the list. */
import { sharedRead, type DeskSession, type Presence } from '@switchboard/bus';
import type { User } from '@switchboard/protocol';

export interface Roster {
  /** Operators with a live session; read after the call, never from before it. */
  read(): Promise<User[]>;
}

export function createRoster(presence: Pick<Presence, 'desk'>): Roster {
  /** A session stays the same object while nothing about it changes. */
  const parsed = new WeakMap<DeskSession, User>();
  const userOf = (session: DeskSession): User => {
    const known = parsed.get(session) ?? (JSON.parse(session.userJson) as User);
    parsed.set(session, known);
    return known;
  };
  return {
    read: sharedRead(async () => {
      const nodes = await presence.desk();
      const sessions = nodes.flatMap((node) => node.sessions);
      const byUser = new Map(sessions.map((session) => [session.user, session]));
      return [...byUser.values()].map(userOf);
    }),
  };
}
