/** Who is in a room, and who is at a desk. See ../contract.ts for the guarantees. */
import type { RoutedEvent, UserKey } from '@switchboard/protocol';

/** One session's membership of a room, or of the operators' desk. */
export interface Membership {
  readonly room: { readonly chatId: string } | 'desk';
  readonly sessionId: string;
  readonly user: UserKey;
  /** The user as everyone in the room may see it, encoded JSON. */
  readonly userJson: string;
  /** Desk only: `{ sources, connected_at, app? }`, encoded JSON. Absent: its connection has closed. */
  readonly sessionJson?: string;
}

/** A session among all sessions of the cluster. */
export interface SessionName {
  readonly nodeId: string;
  readonly sessionId: string;
}

export interface Member {
  readonly user: UserKey;
  readonly userJson: string;
  readonly sessions: readonly { readonly nodeId: string; readonly sessionId: string }[];
  /** When the user's oldest connection joined: ms since the epoch, Redis' clock. */
  readonly sinceMs: number;
}

export interface DeskSession {
  readonly sessionId: string;
  readonly nodeId: string;
  readonly user: UserKey;
  readonly userJson: string;
  /** Absent: its connection has closed, and its operator may be back within the grace. */
  readonly sessionJson?: string;
}

/** Some of the `/broadcast` sessions of one living node. */
export interface DeskPart {
  readonly nodeId: string;
  /** The node's last lease renewal: ms since the epoch, Redis' clock. */
  readonly lastSeenMs: number;
  /** The same array, with the same sessions in it, while nothing has changed: memoise on them. */
  readonly sessions: readonly DeskSession[];
}

export interface Presence {
  /**
   * Enters a session. Publishes `connected`, and hands it on to the outbox, when the user had no session
   * there. Idempotent per session.
   * Resolves to the user's oldest sessions there that are too many now: whoever joins has them closed.
   */
  join(
    membership: Membership,
    connected: RoutedEvent | undefined,
    limits?: { readonly sessionsMax: number },
  ): Promise<SessionName[]>;
  /** Takes a session out. Publishes and hands on `disconnected` when it was the user's last there. Idempotent. */
  leave(membership: Membership, disconnected: RoutedEvent | undefined): Promise<void>;
  /** Its connection has closed: it is no connection of its user any more, and there until it leaves. */
  retire(membership: Membership): Promise<void>;
  /** Replaces a desk session's JSON, or takes it away: then the connection does not count as live. */
  update(membership: Membership): Promise<void>;
  /** The first `limit` users by field order, sessions of dead nodes left out, and how many there are. */
  members(chatId: string, limit: number): Promise<{ members: Member[]; total: number }>;
  /**
   * `/broadcast` sessions, those in their grace included, dead nodes left out: as of now. Read once
   * as a whole, then by what has changed: cheap to ask.
   */
  desk(): Promise<DeskPart[]>;
  /** How many live `/broadcast` sessions an operator has. */
  deskSessionsOf(operatorId: string): Promise<number>;
}
