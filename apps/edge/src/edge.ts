/** The edge's parts over a bus and a socket server, put together. It starts nothing. */
import { randomFillSync } from 'node:crypto';
import { createRandomPool } from './clock/random-pool.ts';
import { createStamps } from './clock/stamps.ts';
import { uuidV7 } from './clock/uuid-v7.ts';
import { createAssignedOperators } from './desk/assigned-operators.ts';
import { createCheckpoints } from './desk/checkpoints.ts';
import { Desk } from './desk/desk.ts';
import { createFeedFanOut } from './desk/feed-fan-out.ts';
import { createFeeds } from './desk/feeds.ts';
import { joinDesk } from './desk/join-desk.ts';
import { createResets } from './desk/resets.ts';
import { createRoster } from './desk/roster.ts';
import { spareSeat } from './desk/spare-seat.ts';
import { createAttendance, type Attendance } from './presence/attendance.ts';
import { createRoomFanOut, type FanOutParts } from './room/fan-out.ts';
import { createConnectedFrame } from './room/connected-frame.ts';
import { joinRoom } from './room/join-room.ts';
import { createRooms, type Rooms } from './room/rooms.ts';
import { createAwaitedEvents } from './session/awaited-events.ts';
import type { Connection, SocketPeer } from './session/connection.ts';
import { createJoinTurns } from './session/join-turns.ts';
import type { ChatSession, DeskSession, Session } from './session/session.ts';
import { createSessionTable, type SessionTable } from './session/session-table.ts';
import { welcome } from './session/welcome.ts';
import type { Ticket } from './upgrade/admit.ts';
import { createCommandSide } from './command/command-side.ts';
import { createHandOff } from './hand-off/hand-off.ts';
import type { EdgeOptions, EdgeParts } from './edge-parts.ts';

export interface Edge {
  readonly table: SessionTable;
  readonly rooms: Rooms;
  readonly desk: Desk;
  readonly attendance: Attendance;
  open(ticket: Ticket, connection: Connection): SocketPeer;
  /** Its reader lags: nothing ephemeral is sent to it; or everything again. */
  spare(session: Session, isSpared: boolean): void;
  /** Takes no more commands; undefined when all that were taken are answered, else resolves when. */
  finish(session: Session): Promise<void> | undefined;
  /** Tells it which of its messages have no answer: it is about to be closed. */
  abandon(session: Session): void;
  /** Messages that wait for their turn to be decided on by a backend. */
  readonly messagesWaiting: number;
  /** Resolves when no backend is asked about a message, or waited for, and at the latest after so long, ms. */
  messagesDone(timeoutMs: number): Promise<void>;
}

/** How long a room or the feeds are followed after their last socket has gone, ms. */
const lingerMs = 1_000;
/** Over how long the desks' new beginnings are spread after a lost log, ms. */
const resetSpreadMs = 5_000;

/** Two rooms of a hundred at a time: the next are on their way while the first come in. */
const joinTurns = { placesMax: 100, groupMax: 100, waitMaxMs: 10_000 };

const monotonicNow = () => performance.now();

export function createEdge(options: EdgeOptions): Edge {
  const { bus, wheel, settings, onWarning } = options;
  const now = () => bus.now();
  const random = createRandomPool(randomFillSync);
  const newId = () => uuidV7({ now: Date.now, random });
  const base = { now, newId, newStamp: createStamps(now, newId) };
  const table = createSessionTable();
  const awaited = createAwaitedEvents();
  const { roomGraceMs, deskGraceMs, connectionsMax } = settings;
  /** Here at once, elsewhere by the control log. */
  const replace = async (sessionId: string) => {
    const [own] = table.find({ sessionId });
    if (own !== undefined) return own.end('replaced');
    await bus.control.send({ kind: 'replace', sessionId });
  };
  const attendance = createAttendance({
    presence: bus.presence,
    wheel,
    newStamp: base.newStamp,
    roomGraceMs,
    deskGraceMs,
    connectionsMax,
    replace,
    onWarning,
  });
  const parts = { ...options, ...base, table, awaited, attendance };
  const { sendHook } = options;
  const handOff = sendHook && createHandOff({ ...options, newId }, sendHook);
  const room = createRoomSide({ ...parts, posted: handOff?.copies });
  const desk = createDeskSide(parts);
  const commands = createCommandSide({ ...parts, rooms: room.rooms, handOff });
  const leave = (session: Session) => {
    if (session.socket === 'broadcast') return desk.feeds.leave(session);
    room.rooms.leave(session);
    commands.forget(session);
  };
  const welcomeParts = {
    ...parts,
    control: bus.control,
    tokenClock: commands.tokenClock,
    joinTurns: createJoinTurns({ ...joinTurns, now: monotonicNow }),
    joinRoom: room.join,
    joinDesk: desk.join,
    handleFrame: commands.handle,
    leave,
    onLost: () => options.traffic.closedFor('lost_frame'),
    onClosed: (_session: Session, { code }: { code: number }) => options.traffic.closed(code),
    onError: (message: string, error: unknown) => onWarning(message, { err: error }),
  };
  return {
    table,
    rooms: room.rooms,
    desk: desk.desk,
    attendance,
    open: (ticket, connection) => welcome(ticket, connection, welcomeParts),
    finish: commands.finish,
    abandon: commands.abandon,
    get messagesWaiting() {
      return handOff?.waiting ?? 0;
    },
    messagesDone: async (timeoutMs) => handOff?.done(timeoutMs),
    spare(session, isSpared) {
      if (session.socket === 'chat') room.rooms.spare(session, isSpared);
      else desk.spare(session, isSpared);
    },
  };
}

function createRoomSide(parts: EdgeParts & Pick<FanOutParts, 'posted'>) {
  const { bus, wheel, traffic, publish, settings } = parts;
  const fanOut = createRoomFanOut({
    publish,
    awaited: parts.awaited,
    posted: parts.posted,
    onSent: traffic.sent,
    onSpared: traffic.spared,
  });
  const onReceived = ({ name }: { name: string }) => traffic.received(name);
  const { membersInConnectedMax } = parts.limits;
  const readMembers = (chatId: string) => bus.presence.members(chatId, membersInConnectedMax);
  const rooms = createRooms({ log: bus.log, readMembers, fanOut, wheel, lingerMs, onReceived });
  const replayBufferMaxBytes = settings.bufferMaxBytes / 4;
  const joinParts = {
    ...parts,
    rooms,
    replayBufferMaxBytes,
    encodeConnected: createConnectedFrame(parts),
  };
  const join = (session: ChatSession, prepared: () => void) =>
    joinRoom(session, joinParts, prepared);
  return { rooms, join };
}

function createDeskSide(parts: EdgeParts) {
  const { bus, wheel, traffic, publish, settings } = parts;
  const desk = new Desk(bus.log.partitions);
  const roster = createRoster(bus.presence, parts.limits.operatorsInConnectedMax);
  const assigned = createAssignedOperators();
  const afterMs = settings.checkpointAfterMs;
  const checkpoints = createCheckpoints({
    desk,
    wheel,
    afterMs,
    publish,
    now: parts.now,
    onSpared: traffic.spared,
  });
  const resets = createResets({
    ...parts,
    desk,
    roster,
    spreadMs: resetSpreadMs,
    random: Math.random,
  });
  const heldMaxBytes = settings.bufferMaxBytes;
  const feeds = createFeeds({
    desk,
    log: bus.log,
    fanOut: createFeedFanOut({
      desk,
      assigned,
      publish,
      onSent: traffic.sent,
      onSpared: traffic.spared,
      heldMaxBytes,
    }),
    wheel,
    lingerMs,
    onReceived({ name }) {
      traffic.received(name);
      checkpoints.due();
    },
    onLost: resets.lost,
  });
  const replayBufferMaxBytes = settings.bufferMaxBytes / 4;
  const joinParts = {
    ...parts,
    desk,
    feeds,
    roster,
    assigned,
    replayBufferMaxBytes,
    reset: resets.one,
  };
  const join = (session: DeskSession, prepared: () => void) =>
    joinDesk(session, joinParts, prepared);
  const spare = (session: DeskSession, isSpared: boolean) => {
    spareSeat(session, isSpared, desk);
    // What it was spared told it how far it had come.
    if (!isSpared) checkpoints.due();
  };
  return { desk, feeds, join, spare };
}
