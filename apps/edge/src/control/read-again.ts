/**
 * After commands may have been missed: what they would have changed is read again for every session
 * here. Until it can be read it is tried again; a session that has ended meanwhile is left out.
 */
import type { Control } from '@switchboard/bus';
import type { Wheel } from '../clock/wheel.ts';
import { changeSources } from '../desk/change-sources.ts';
import type { Desk } from '../desk/desk.ts';
import type { Attendance } from '../presence/attendance.ts';
import type { DeskSession, Session } from '../session/session.ts';
import type { SessionTable } from '../session/session-table.ts';
import { holderInside } from '../token/holder-of.ts';
import { deny, readSources } from './obey.ts';

export interface ReadAgainParts {
  readonly table: SessionTable;
  readonly desk: Desk;
  readonly control: Pick<Control, 'deny' | 'isDenied' | 'sourcesOf'>;
  readonly attendance: Pick<Attendance, 'update'>;
  readonly wheel: Wheel;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly onWarning: (message: string, details: Record<string, unknown>) => void;
}

/** Sessions that are asked about at a time. */
const sliceMax = 100;
const retryAfterMs = 1_000;

export async function readAgain(
  parts: ReadAgainParts,
  sessions: readonly Session[] = [...parts.table.all()],
): Promise<void> {
  const failed: Session[] = [];
  for (let start = 0; start < sessions.length; start += sliceMax) {
    const slice = sessions.slice(start, start + sliceMax);
    const done = await Promise.allSettled(slice.map((session) => readOne(session, parts)));
    failed.push(...slice.filter((_, index) => done[index]!.status === 'rejected'));
  }
  if (failed.length === 0) return;
  parts.onWarning('sessions could not be compared with lost commands yet', {
    sessions: failed.length,
  });
  parts.wheel.after(retryAfterMs, () => void readAgain(parts, failed));
}

async function readOne(session: Session, parts: ReadAgainParts): Promise<void> {
  if (session.phase === 'ended') return;
  if (await parts.control.isDenied(holderInside(session))) return turnOut(session, parts);
  if (session.socket === 'broadcast') await readSourcesOf(session, parts);
}

/** The command that would have denied its token may be the one that was missed. */
async function turnOut(session: Session, parts: ReadAgainParts): Promise<void> {
  await deny(session, parts);
  session.end('token_revoked');
}

async function readSourcesOf(
  session: DeskSession,
  { control, desk, attendance }: ReadAgainParts,
): Promise<void> {
  const before = session.sources;
  const json = await control.sourcesOf(session.identity.userId);
  const told = json === undefined ? undefined : readSources(json);
  // A command that came while it was read is newer.
  if (told === undefined || session.sources !== before) return;
  changeSources(session, told, desk);
  if (session.entered) await attendance.update(session);
}
