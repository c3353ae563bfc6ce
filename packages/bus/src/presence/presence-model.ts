/**
 * What the random test believes of presence: a user is in a room while some session of theirs is
 * entered there; the first one's coming and the last one's going are told. Nothing else is.
 */
import type { UserKey } from '@switchboard/protocol';

/** A session as it is entered under a node. */
export interface EnteredSession {
  readonly nodeId: string;
  readonly room: number;
  readonly user: UserKey;
  readonly sessionId: string;
}

export function keyOf({ nodeId, room, sessionId }: Omit<EnteredSession, 'user'>): string {
  return `${nodeId} ${room} ${sessionId}`;
}

export type EnteredSessions = ReadonlyMap<string, EnteredSession>;

export class PresenceModel {
  private entered: EnteredSessions = new Map();
  /** Nodes whose lease has ended. */
  private readonly ended = new Set<string>();
  /** Nodes that were declared dead: for good. */
  private readonly dead = new Set<string>();
  /** What was told, per room and user. */
  readonly told = new Map<string, string[]>();

  isDead(nodeId: string): boolean {
    return this.dead.has(nodeId);
  }

  end(nodeId: string): void {
    this.ended.add(nodeId);
  }

  renew(nodeId: string): void {
    this.ended.delete(nodeId);
  }

  /** All whose lease has ended, but the judge itself. */
  condemn(judgeId: string): void {
    for (const nodeId of this.ended) if (nodeId !== judgeId) this.dead.add(nodeId);
  }

  with(session: EnteredSession): EnteredSessions {
    return new Map([...this.entered, [keyOf(session), session]]);
  }

  without(gone: (session: EnteredSession) => boolean): EnteredSessions {
    return new Map([...this.entered].filter(([, session]) => !gone(session)));
  }

  get now(): EnteredSessions {
    return this.entered;
  }

  /** Takes over what a step has made of it, and tells who came and who went. */
  become(next: EnteredSessions): void {
    const [before, after] = [present(this.entered), present(next)];
    for (const user of after) if (!before.has(user)) this.tell(user, 'userConnected');
    for (const user of before) if (!after.has(user)) this.tell(user, 'userDisconnected');
    this.entered = next;
  }

  private tell(user: string, event: string): void {
    this.told.set(user, [...(this.told.get(user) ?? []), event]);
  }
}

/** `<room> <user>` of everyone who is somewhere. */
function present(sessions: EnteredSessions): Set<string> {
  return new Set([...sessions.values()].map(({ room, user }) => `${room} ${user}`));
}
