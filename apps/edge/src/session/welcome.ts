/** A socket's life with us: from the open socket to the last thing that is done after it has closed. */
import { BusUnavailable, type Control } from '@switchboard/bus';
import type { DisconnectReason, Limits } from '@switchboard/protocol';
import { readSources } from '../control/obey.ts';
import type { Attendance } from '../presence/attendance.ts';
import { holderOf } from '../token/holder-of.ts';
import type { Ticket } from '../upgrade/admit.ts';
import type { AwaitedEvents } from './awaited-events.ts';
import type { Closing, Connection, SocketPeer } from './connection.ts';
import type { JoinTurn, JoinTurns } from './join-turns.ts';
import { ChatSession, DeskSession, type Session } from './session.ts';
import type { SessionTable } from './session-table.ts';
import type { TokenClock } from './token-clock.ts';

export interface WelcomeParts {
  readonly table: SessionTable;
  readonly control: Pick<Control, 'isDenied' | 'sourcesOf'>;
  readonly attendance: Attendance;
  readonly awaited: AwaitedEvents;
  readonly tokenClock: TokenClock;
  readonly limits: Limits;
  readonly newId: () => string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly joinTurns: Pick<JoinTurns, 'take'>;
  /** @param prepared called when what is left costs others nothing: its reader sets the pace */
  readonly joinRoom: (session: ChatSession, prepared: () => void) => Promise<void>;
  readonly joinDesk: (session: DeskSession, prepared: () => void) => Promise<void>;
  readonly handleFrame: (session: Session, bytes: Uint8Array, isBinary: boolean) => void;
  /** Takes the session out of its room or desk. */
  readonly leave: (session: Session) => void;
  /** A frame to this session was lost: it did not read. */
  readonly onLost: () => void;
  readonly onClosed: (session: Session, closing: Closing) => void;
  readonly onError: (message: string, error: unknown) => void;
}

export function welcome(ticket: Ticket, connection: Connection, parts: WelcomeParts): SocketPeer {
  const session = createSession(ticket, connection, parts);
  parts.table.add(session);
  joinInTurn(session, parts).catch((error: unknown) => {
    if (!(error instanceof BusUnavailable)) parts.onError('a session could not join', error);
    session.turnAway();
  });
  return {
    message(bytes, isBinary) {
      if (session.phase !== 'ended') parts.handleFrame(session, bytes, isBinary);
    },
    overflowed() {
      parts.onLost();
      session.end('slow_consumer');
    },
    closed: (closing) => bidFarewell(session, closing, parts),
  };
}

function createSession(ticket: Ticket, connection: Connection, parts: WelcomeParts): Session {
  const { limits, newId, now, onError } = parts;
  const options = {
    id: newId(),
    connection,
    now,
    limits,
    onError: (error: unknown) => onError('a command failed', error),
  };
  return ticket.socket === 'chat'
    ? new ChatSession(ticket, options)
    : new DeskSession(ticket, options);
}

async function joinInTurn(session: Session, parts: WelcomeParts): Promise<void> {
  const turn = await parts.joinTurns.take(session.socket === 'chat' ? session.chatId : '');
  try {
    if (session.phase !== 'ended') await join(session, turn, parts);
  } finally {
    turn.end();
  }
}

/** What the upgrade could not wait for is asked first: is the token revoked, what does the operator serve? */
async function join(session: Session, turn: JoinTurn, parts: WelcomeParts): Promise<void> {
  const holder = holderOf(session, session.token);
  if (await parts.control.isDenied(holder)) return session.end('token_revoked');
  if (session.socket === 'broadcast') await readLiveSources(session, parts);
  if (session.phase === 'ended') return;
  // It runs while the session reads what it missed, too: a slow reader may take long.
  parts.tokenClock.start(session);
  await (session.socket === 'chat'
    ? parts.joinRoom(session, turn.end)
    : parts.joinDesk(session, turn.end));
  // The phase may have changed while it was waited for, which the type checker cannot see.
  if ((session.phase as string) !== 'live') return;
  parts.tokenClock.start(session);
  session.queue.open();
}

/** Sources that were told live count more than the token's; those told a moment ago most of all. */
async function readLiveSources(
  session: DeskSession,
  { control, onError }: WelcomeParts,
): Promise<void> {
  const json = await control.sourcesOf(session.identity.userId);
  if (json === undefined || session.sourcesAreLive) return;
  const told = readSources(json);
  if (told === undefined)
    onError('live sources cannot be read', new Error(session.identity.userId));
  else session.sources = told;
}

function bidFarewell(session: Session, closing: Closing, parts: WelcomeParts): void {
  parts.onClosed(session, closing);
  session.over();
  parts.awaited.forget(session);
  parts.leave(session);
  parts.attendance.leave(session, reasonOf(session, closing));
  parts.table.remove(session);
}

/** `left`: the client said so; `timeout`: it is gone; `kicked`: it was sent away for good. */
function reasonOf({ endedBy }: Session, { byFrame }: Closing): DisconnectReason {
  if (endedBy === 'kicked' || endedBy === 'token_revoked') return 'kicked';
  return endedBy === undefined && byFrame ? 'left' : 'timeout';
}
