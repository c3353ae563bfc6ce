/** Commands to all edges, carried out for the sessions of this one. */
import type { Control, ControlCommand } from '@switchboard/bus';
import { sources as sourcesSchema } from '@switchboard/protocol';
import type { Attendance } from '../presence/attendance.ts';
import { changeSources } from '../desk/change-sources.ts';
import type { Desk } from '../desk/desk.ts';
import type { DeskSession, Session } from '../session/session.ts';
import type { SessionQuery, SessionTable } from '../session/session-table.ts';

export interface ObeyParts {
  readonly table: SessionTable;
  readonly desk: Desk;
  readonly control: Pick<Control, 'deny'>;
  readonly attendance: Attendance;
  /** This process's node id; it changes when the node was found dead by mistake. */
  readonly nodeId: () => string;
  readonly drain: () => void;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly onWarning: (message: string, details: Record<string, unknown>) => void;
}

/** Gives the number of sessions concerned: the answer to whoever asked. */
export async function obey(command: ControlCommand, parts: ObeyParts): Promise<number> {
  switch (command.kind) {
    case 'disconnect':
      return disconnect(command, parts);
    case 'sources':
      return updateSources(command, parts);
    case 'replace':
      return replace(command.sessionId, parts.table);
    case 'drain':
      if (command.nodeId !== parts.nodeId()) return 0;
      parts.drain();
      return 1;
  }
}

/** One that has closed meanwhile is none too many. */
function replace(sessionId: string, table: SessionTable): number {
  const sessions = table.find({ sessionId });
  for (const session of sessions) session.end('replaced');
  return sessions.length;
}

async function disconnect(
  command: Extract<ControlCommand, { kind: 'disconnect' }>,
  parts: ObeyParts,
): Promise<number> {
  const sessions = parts.table.find(command);
  // Denied before it is closed: a client that comes back at once must find the door shut.
  if (command.revoke) await Promise.all(sessions.map((session) => deny(session, parts)));
  for (const session of sessions) session.end('kicked');
  if (command.revoke) endLateComers(command, sessions, parts);
  return sessions.length;
}

/** Who came in with one of these tokens after the look and before it was denied. */
function endLateComers(wanted: SessionQuery, found: readonly Session[], parts: ObeyParts): void {
  const denied = new Set(found.map(({ token }) => token.tokenId));
  for (const session of parts.table.find(wanted)) {
    if (denied.has(session.token.tokenId)) session.end('token_revoked');
  }
}

/** What cannot be written down is no reason to let the session stay. */
export async function deny(
  { token }: Session,
  { control, now, onWarning }: Pick<ObeyParts, 'control' | 'now' | 'onWarning'>,
): Promise<void> {
  try {
    await control.deny(token.tokenId, Math.max(1_000, token.expiresAtMs - now()));
  } catch (error) {
    onWarning('a token could not be denied', { err: error });
  }
}

async function updateSources(
  { operatorId, sourcesJson }: Extract<ControlCommand, { kind: 'sources' }>,
  parts: ObeyParts,
): Promise<number> {
  const told = readSources(sourcesJson);
  if (told === undefined) {
    parts.onWarning('sources that cannot be read are left out', { operatorId });
    return 0;
  }
  const sessions = parts.table.find({ userId: operatorId }).filter(isAtDesk);
  for (const session of sessions) changeSources(session, told, parts.desk);
  const shown = sessions.filter(({ entered }) => entered);
  await Promise.all(shown.map((session) => show(session, parts)));
  return sessions.length;
}

/** The sources hold already; the list that `/online-users` reads follows. */
async function show(session: DeskSession, { attendance, onWarning }: ObeyParts): Promise<void> {
  try {
    await attendance.update(session);
  } catch (error) {
    onWarning('new sources could not be shown', { err: error });
  }
}

function isAtDesk(session: Session): session is DeskSession {
  return session.socket === 'broadcast';
}

/** Sources as another process wrote them; undefined when they are none. */
export function readSources(json: string) {
  try {
    const parsed = sourcesSchema.safeParse(JSON.parse(json));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined; // Not JSON: the caller says so.
  }
}
