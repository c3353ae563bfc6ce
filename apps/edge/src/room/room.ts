/** One room that this process follows, and its sessions here. */
import type { BusEvent, Follow } from '@switchboard/bus';
import type { ChatSession } from '../session/session.ts';
import type { Snapshot } from './snapshot.ts';

/** Ephemeral events kept for a session that is still joining. Beyond: the oldest is forgotten. */
const heldMax = 100;

export class Room {
  readonly chatId: string;
  readonly sessions = new Set<ChatSession>();
  /** Those who get what is logged and nothing else. */
  readonly spared = new Set<ChatSession>();
  /** Who is there, read after the call; those who join at the same time share a reading. */
  readonly readMembers: () => Promise<Snapshot>;
  private readonly byUser = new Map<string, Set<ChatSession>>();
  private readonly held = new Map<ChatSession, BusEvent[]>();
  private following: Follow | undefined;

  constructor(chatId: string, readMembers: Room['readMembers']) {
    this.chatId = chatId;
    this.readMembers = readMembers;
  }

  get follow(): Follow {
    if (this.following === undefined) throw new Error('the room is not followed');
    return this.following;
  }

  set follow(follow: Follow) {
    this.following = follow;
  }

  add(session: ChatSession): void {
    this.sessions.add(session);
    this.held.set(session, []);
    const { key } = session.identity;
    const same = this.byUser.get(key) ?? new Set();
    this.byUser.set(key, same.add(session));
  }

  remove(session: ChatSession): void {
    this.sessions.delete(session);
    this.spared.delete(session);
    this.held.delete(session);
    const same = this.byUser.get(session.identity.key);
    same?.delete(session);
    if (same?.size === 0) this.byUser.delete(session.identity.key);
  }

  sessionsOf(userKey: string): ReadonlySet<ChatSession> | undefined {
    return this.byUser.get(userKey);
  }

  /** Keeps an event without position for the sessions that are not live yet. */
  hold(event: BusEvent): void {
    for (const [session, events] of this.held) {
      if (event.subject === session.identity.key) continue;
      events.push(event);
      if (events.length > heldMax) events.shift();
    }
  }

  /** What was kept for a session; from now on nothing is. */
  release(session: ChatSession): readonly BusEvent[] {
    const events = this.held.get(session) ?? [];
    this.held.delete(session);
    return events;
  }
}
