/**
 * Enters sessions in the member lists of rooms and of the desk, and takes them out again: after a
 * grace, so that a reload of a page or a change of network is not told to anyone.
 */
import type { Membership, Presence } from '@switchboard/bus';
import {
  operatorConnected,
  operatorDisconnected,
  userConnected,
  userDisconnected,
  type DisconnectReason,
  type RoutedEvent,
} from '@switchboard/protocol';
import type { NewStamp } from '../clock/stamps.ts';
import type { Wheel } from '../clock/wheel.ts';
import type { ChatSession, DeskSession, Session } from '../session/session.ts';

export interface AttendanceOptions {
  readonly presence: Pick<Presence, 'join' | 'leave' | 'retire' | 'update'>;
  /** Most connections of one user in a room, and at the desk; 0: no limit. */
  readonly connectionsMax: { readonly chat: number; readonly broadcast: number };
  /** Closes a session, on whichever edge it is, to which newer ones have come. */
  readonly replace: (sessionId: string) => Promise<void>;
  readonly wheel: Wheel;
  readonly newStamp: NewStamp;
  readonly roomGraceMs: number;
  readonly deskGraceMs: number;
  readonly onWarning: (message: string, details: Record<string, unknown>) => void;
}

export interface Attendance {
  /** Rejects with BusUnavailable. An observer is entered nowhere. */
  enter(session: Session): Promise<void>;
  /**
   * Takes it out after the grace; at once when it was kicked. A desk's connection is no longer listed
   * as live from now on.
   */
  leave(session: Session, reason: DisconnectReason): void;
  /** The desk session's sources have changed. */
  update(session: DeskSession): Promise<void>;
  /** From now on nobody is taken out: what is left is for the cleaners after the lease. */
  stop(): void;
}

export function createAttendance(options: AttendanceOptions): Attendance {
  const { presence, wheel, newStamp, connectionsMax, onWarning } = options;
  let stopped = false;

  const takeOut = (session: Session, reason: DisconnectReason) => {
    if (stopped) return;
    const gone = goneEvent(session, reason, newStamp);
    presence.leave(membershipOf(session), gone).catch((error: unknown) => {
      onWarning('a session could not be taken out of its list', { error: String(error) });
    });
  };
  /** Its operator is online for the grace, but nothing that is sent to the connection arrives. */
  const withdraw = (session: DeskSession) => {
    const { sessionJson: _gone, ...left } = membershipOf(session);
    presence.update(left).catch((error: unknown) => {
      onWarning('a closed session could not be withdrawn', { error: String(error) });
    });
  };
  /** It does not count among the connections any more; that its user is there for the grace, does. */
  const retire = (session: Session) => {
    presence.retire(membershipOf(session)).catch((error: unknown) => {
      onWarning('a closed session could not be retired', { error: String(error) });
    });
  };
  const replace = (sessionId: string) => {
    options.replace(sessionId).catch((error: unknown) => {
      onWarning('a connection too many could not be closed', { error: String(error) });
    });
  };
  return {
    async enter(session) {
      if (session.socket === 'chat' && session.ticket.observe) return;
      session.entered = true;
      const limits = { sessionsMax: connectionsMax[session.socket] };
      const surplus = await presence.join(
        membershipOf(session),
        comeEvent(session, newStamp),
        limits,
      );
      for (const { sessionId } of surplus) replace(sessionId);
    },
    leave(session, reason) {
      if (!session.entered || stopped) return;
      session.entered = false;
      if (reason === 'kicked') return takeOut(session, reason);
      const graceMs = session.socket === 'chat' ? options.roomGraceMs : options.deskGraceMs;
      wheel.after(graceMs, () => takeOut(session, reason));
      if (session.socket === 'broadcast') withdraw(session);
      if (connectionsMax[session.socket] > 0) retire(session);
    },
    update: (session) => presence.update(membershipOf(session)),
    stop: () => void (stopped = true),
  };
}

function membershipOf(session: Session): Membership {
  const { key, userJson } = session.identity;
  const base = { sessionId: session.id, user: key, userJson };
  if (session.socket === 'chat') return { ...base, room: { chatId: session.chatId } };
  return { ...base, room: 'desk', sessionJson: deskSessionJson(session) };
}

/** What `/online-users` tells of a session, beside what the list itself knows. */
function deskSessionJson({ sources, openedAtMs, ticket }: DeskSession): string {
  const connectedAt = new Date(openedAtMs).toISOString();
  return JSON.stringify({ sources, connected_at: connectedAt, app: ticket.app });
}

function comeEvent(session: Session, newStamp: NewStamp): RoutedEvent {
  const { user } = session.identity;
  if (session.socket === 'broadcast') return operatorConnected(user, newStamp());
  return userConnected(presenceOf(session), newStamp());
}

function goneEvent(session: Session, reason: DisconnectReason, newStamp: NewStamp): RoutedEvent {
  const { user } = session.identity;
  if (session.socket === 'broadcast') return operatorDisconnected(user, newStamp());
  return userDisconnected({ ...presenceOf(session), reason }, newStamp());
}

function presenceOf({ chatId, identity }: ChatSession) {
  return { chatId, user: identity.user };
}
