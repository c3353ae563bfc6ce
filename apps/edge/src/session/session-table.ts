/** All sessions of this process, found by id, user and socket. */
import type { Session } from './session.ts';

export interface SessionTable {
  readonly size: number;
  add(session: Session): void;
  remove(session: Session): void;
  all(): IterableIterator<Session>;
  count(socket: Session['socket']): number;
  /** Sessions for which all given fields hold; none when nothing is given. */
  find(wanted: SessionQuery): Session[];
}

export interface SessionQuery {
  readonly userId?: string | undefined;
  readonly sessionId?: string | undefined;
  readonly chatId?: string | undefined;
}

export function createSessionTable(): SessionTable {
  const byId = new Map<string, Session>();
  const counts = { chat: 0, broadcast: 0 };
  return {
    get size() {
      return byId.size;
    },
    add(session) {
      byId.set(session.id, session);
      counts[session.socket] += 1;
    },
    remove(session) {
      if (byId.delete(session.id)) counts[session.socket] -= 1;
    },
    all: () => byId.values(),
    count: (socket) => counts[socket],
    find(wanted) {
      const { userId, sessionId, chatId } = wanted;
      if (userId === undefined && sessionId === undefined && chatId === undefined) return [];
      return [...candidates(byId, sessionId)].filter((session) => isWanted(session, wanted));
    },
  };
}

/** A command for a user is rare: it may look at every session. */
function candidates(byId: Map<string, Session>, sessionId: string | undefined): Iterable<Session> {
  if (sessionId === undefined) return byId.values();
  const session = byId.get(sessionId);
  return session === undefined ? [] : [session];
}

function isWanted(session: Session, { userId, chatId }: SessionQuery): boolean {
  if (userId !== undefined && session.identity.userId !== userId) return false;
  return chatId === undefined || (session.socket === 'chat' && session.chatId === chatId);
}
