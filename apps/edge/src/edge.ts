/** The edge's parts over a bus and a socket server, put together. It starts nothing. */
import { randomFillSync } from 'node:crypto';
import type { Bus } from '@switchboard/bus';
import type { Limits } from '@switchboard/protocol';
import type { Holdback } from './admission.ts';
import { createRandomPool } from './clock/random-pool.ts';
import { createStamps } from './clock/stamps.ts';
import { uuidV7 } from './clock/uuid-v7.ts';
import type { Wheel } from './clock/wheel.ts';
import type { FrameRates } from './command/frame-rates.ts';
import { handleFrame, responder, type FrameParts } from './command/handle-frame.ts';
import { markMessage, unchangedAnswer } from './command/mark-message.ts';
import { tellEnd } from './command/update-typing.ts';
import { createAssignedOperators } from './desk/assigned-operators.ts';
import { createCheckpoints } from './desk/checkpoints.ts';
import { Desk } from './desk/desk.ts';
import { createFeedFanOut } from './desk/feed-fan-out.ts';
import { createFeeds } from './desk/feeds.ts';
import { joinDesk } from './desk/join-desk.ts';
import { createResets } from './desk/resets.ts';
import { createRoster } from './desk/roster.ts';
import { spareSeat } from './desk/spare-seat.ts';
import type { Traffic } from './metrics/traffic.ts';
import { createAttendance, type Attendance } from './presence/attendance.ts';
import { createReceipts } from './receipt/receipts.ts';
import { createRoomFanOut } from './room/fan-out.ts';
import { createConnectedFrame } from './room/connected-frame.ts';
import { joinRoom } from './room/join-room.ts';
import { createRooms, type Rooms } from './room/rooms.ts';
import { createAwaitedEvents } from './session/awaited-events.ts';
import type { Connection, SocketPeer } from './session/connection.ts';
import { createJoinTurns } from './session/join-turns.ts';
import type { ChatSession, DeskSession, Session } from './session/session.ts';
import { createSessionTable, type SessionTable } from './session/session-table.ts';
import { createTokenClock } from './session/token-clock.ts';
import { welcome } from './session/welcome.ts';
import type { RefreshTokenParts } from './command/refresh-token.ts';
import { createTypingClock } from './typing/typing-clock.ts';
import { createTypingPace } from './typing/typing-pace.ts';
import type { Ticket } from './upgrade/admit.ts';

export interface EdgeOptions {
  readonly bus: Bus;
  readonly wheel: Wheel;
  readonly traffic: Traffic;
  readonly limits: Limits;
  readonly verify: RefreshTokenParts['verify'];
  /** To every socket subscribed to a topic; gives their number. */
  readonly publish: (topic: string, frame: string | Uint8Array) => number;
  readonly settings: EdgeSettings;
  readonly holdback: Holdback;
  readonly onWarning: (message: string, details: Record<string, unknown>) => void;
}

export interface EdgeSettings {
  readonly appendTimeoutMs: number;
  readonly roomGraceMs: number;
  readonly deskGraceMs: number;
  readonly connectionsMax: { readonly chat: number; readonly broadcast: number };
  readonly checkpointAfterMs: number;
  readonly pendingMax: number;
  readonly bufferMaxBytes: number;
  readonly refuseIfClosed: boolean;
  readonly rates: FrameRates;
  readonly typingIntervalMs: number;
}

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
}

/** How long a room or the feeds are followed after their last socket has gone, ms. */
const lingerMs = 1_000;
/** When the sender's own copy is overdue, and when its next command does not wait for it any more, ms. */
const ownCopy = { overdueAfterMs: 1_000, waitMaxMs: 10_000 };
/** Of one reader's receipts in one room the first goes at once and the rest of this time is merged, ms. */
const receiptWindowMs = 1_000;
/** The same under pressure. */
const pressedReceiptWindowMs = 5_000;
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
  const room = createRoomSide(parts);
  const desk = createDeskSide(parts);
  const commands = createCommandSide({ ...parts, rooms: room.rooms });
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
    spare(session, isSpared) {
      if (session.socket === 'chat') room.rooms.spare(session, isSpared);
      else desk.spare(session, isSpared);
    },
  };
}

type Parts = EdgeOptions & {
  readonly now: () => number;
  readonly newId: () => string;
  readonly newStamp: ReturnType<typeof createStamps>;
  readonly table: SessionTable;
  readonly awaited: ReturnType<typeof createAwaitedEvents>;
  readonly attendance: Attendance;
};

function createRoomSide(parts: Parts) {
  const { bus, wheel, traffic, publish, settings } = parts;
  const fanOut = createRoomFanOut({
    publish,
    awaited: parts.awaited,
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

function createDeskSide(parts: Parts) {
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

function createCommandSide(parts: Parts & { readonly rooms: Rooms }) {
  const { bus, wheel, limits, settings, traffic, holdback, onWarning, newStamp } = parts;
  const deadlineMs = settings.appendTimeoutMs;
  const tokenClock = createTokenClock({
    wheel,
    now: parts.now,
    warnBeforeMs: limits.tokenExpiringBeforeMs,
  });
  const warnAbout = (message: string) => (error: unknown) => onWarning(message, { err: error });
  const typing = { log: bus.log, newStamp, ttlMs: limits.typingTtlMs };
  const clock = createTypingClock({
    wheel,
    ttlMs: limits.typingTtlMs,
    onEnd: (ended) =>
      void tellEnd(ended, typing).catch(warnAbout('the end of an indicator could not be told')),
  });
  const pace = createTypingPace({ intervalMs: settings.typingIntervalMs, now: monotonicNow });
  const mayTell = (session: ChatSession) => {
    if (!holdback.sheds('typing')) return pace.take(session);
    traffic.shed('typing');
    return false;
  };
  const check = (chatId: string) => parts.rooms.get(chatId)?.follow.check();
  const own = {
    awaited: parts.awaited,
    ownEvent: { awaited: parts.awaited, wheel, check, ...ownCopy },
  };
  const mark = { ...own, log: bus.log, newStamp, deadlineMs };
  const receipts = createReceipts({
    wheel,
    windowMs: () => (holdback.sheds('receipts') ? pressedReceiptWindowMs : receiptWindowMs),
    mark: (session, command) => markMessage(session, command, mark),
    needless: (session, command) => unchangedAnswer(session, command, ts()),
    tellDesk: (event) =>
      void bus.log.publish(event).catch(warnAbout('the desk could not be told of a receipt')),
    schedule: (session) => session.queue.push(() => receipts.flush(session, responder(session))),
  });
  const ts = () => new Date(parts.now()).toISOString();
  /** What was read just before the page was closed is read all the same; nobody waits for the answer. */
  const takeLastReceipts = (session: ChatSession) =>
    void receipts
      .flush(session, () => undefined)
      ?.catch(warnAbout('the last receipts of a session could not be kept'))
      .finally(() => parts.awaited.forget(session));
  const frameParts: FrameParts = {
    send: { ...mark, newId: parts.newId, refuseIfClosed: settings.refuseIfClosed },
    typing: { ...typing, clock, pace, mayTell },
    receipts,
    token: { verify: parts.verify, control: bus.control, tokenClock, now: parts.now },
    ts,
    limits,
    pendingMax: settings.pendingMax,
    rates: settings.rates,
    takeMessage: holdback.takeMessage,
    monotonicNow,
    onFrame: traffic.frame,
    onRefused: traffic.frameRefused,
    onWarning,
  };
  return {
    tokenClock,
    handle: (session: Session, bytes: Uint8Array, isBinary: boolean) =>
      handleFrame(session, bytes, { isBinary, parts: frameParts }),
    finish(session: Session) {
      if (session.socket === 'chat') {
        session.queue.push(() => receipts.flush(session, responder(session)));
      }
      return session.queue.finish();
    },
    forget(session: Session) {
      if (session.socket !== 'chat') return;
      takeLastReceipts(session);
      const ended = clock.endOf(session);
      if (ended !== undefined)
        void tellEnd(ended, typing).catch(warnAbout('the end of an indicator could not be told'));
    },
  };
}
