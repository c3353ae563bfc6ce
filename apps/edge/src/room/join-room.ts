/**
 * How a socket comes into its room: follow the room, enter the list, take the snapshot, and only then
 * `connected`. So one who joins meanwhile is in the snapshot or comes as `userConnected`, never
 * neither. It is live in the turn in which it has reached the follow: nothing is missed or doubled.
 */
import type { Replay } from '@switchboard/bus';
import { encodeAnswer } from '@switchboard/protocol';
import type { Attendance } from '../presence/attendance.ts';
import type { ChatSession } from '../session/session.ts';
import { replayTo } from '../session/replay-to.ts';
import { frameFor, topicsOf } from './audience.ts';
import type { EncodeConnected } from './connected-frame.ts';
import type { Room } from './room.ts';
import type { Rooms } from './rooms.ts';

export interface JoinRoomParts {
  readonly rooms: Rooms;
  readonly attendance: Attendance;
  readonly encodeConnected: EncodeConnected;
  readonly replayBufferMaxBytes: number;
  /** Milliseconds since the epoch, Redis' clock. */
  readonly now: () => number;
}

interface Beginning {
  readonly replay?: Replay;
  /** Present when `since` was given: whether it is honoured. */
  readonly resumed?: boolean;
}

/**
 * Resolves when the session is live or has ended. Rejects with BusUnavailable.
 * @param prepared called when nothing is left but to read what was missed, as fast as its reader does
 */
export async function joinRoom(
  session: ChatSession,
  parts: JoinRoomParts,
  prepared: () => void,
): Promise<void> {
  const room = parts.rooms.enter(session);
  await room.follow.ready;
  if (hasEnded(session)) return;
  const [snapshot, { replay, resumed }] = await Promise.all([
    parts.attendance.enter(session).then(room.readMembers),
    findBeginning(session, room),
  ]);
  if (hasEnded(session)) return;
  prepared();
  const position = resumed === true ? session.ticket.since! : room.follow.position;
  const frame = parts.encodeConnected(session, { ...snapshot, position, resumed });
  if (replay === undefined) return goLive(session, room, [frame]);
  await catchUp(session, room, { replay, frame, parts });
}

async function findBeginning({ ticket }: ChatSession, { follow }: Room): Promise<Beginning> {
  const { since, history, identity } = ticket;
  const resumed = since === undefined ? undefined : await follow.replayFrom(since);
  if (resumed !== undefined) return { replay: resumed, resumed: true };
  const told = since === undefined ? {} : { resumed: false };
  if (history === undefined) return told;
  const isVisible = (event: Parameters<typeof frameFor>[1]) =>
    frameFor(identity.role, event) !== undefined;
  return { ...told, replay: await follow.replayHistory(history, isVisible) };
}

async function catchUp(
  session: ChatSession,
  room: Room,
  { replay, frame: greeting, parts }: { replay: Replay; frame: string; parts: JoinRoomParts },
): Promise<void> {
  const { role } = session.identity;
  const ts = () => new Date(parts.now()).toISOString();
  const sink = replayTo({
    session,
    frameOf: (event) => frameFor(role, event),
    checkpoint: ({ position }) =>
      position && encodeAnswer('checkpoint', { position }, { ts: ts(), chatId: session.chatId }),
    bufferMaxBytes: parts.replayBufferMaxBytes,
    live: (count) => {
      const frame = encodeAnswer('caughtUp', { count }, { ts: ts(), chatId: session.chatId });
      goLive(session, room, [frame]);
    },
  });
  let reading: ReturnType<Replay['run']> | undefined;
  // Mostly all that was missed is known by now and leaves with the greeting in one write.
  session.connection.together(() => {
    session.greet(greeting);
    reading = replay.run(sink);
  });
  if ((await reading) === 'lost') session.end('position_lost');
}

/** From this turn on the socket gets what the room gets, and first of all what was kept for it. */
function goLive(session: ChatSession, room: Room, frames: readonly string[]): void {
  const kept = room.release(session);
  if (hasEnded(session)) return;
  const { connection, identity } = session;
  session.phase = 'live';
  connection.together(() => {
    for (const frame of frames) session.send(frame);
    for (const event of kept) {
      const frame = frameFor(identity.role, event);
      if (frame !== undefined) session.send(frame);
    }
    for (const topic of topicsOf(room.chatId, identity.role)) connection.subscribe(topic);
  });
}

function hasEnded(session: ChatSession): boolean {
  return session.phase === 'ended';
}
