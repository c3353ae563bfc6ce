/**
 * How an operator's socket comes to the desk: follow the feeds, enter the list, read it, and only then
 * `connected`. What was missed comes feed by feed; what is new waits until all feeds are caught up, so
 * that nothing live comes before `caughtUp`.
 */
import type { Replay } from '@switchboard/bus';
import { encodeAnswer, type Limits } from '@switchboard/protocol';
import type { Attendance } from '../presence/attendance.ts';
import type { DeskSession } from '../session/session.ts';
import { replayTo } from '../session/replay-to.ts';
import type { AssignedOperators } from './assigned-operators.ts';
import { seesFeedEvent, type Desk, type DeskSeat } from './desk.ts';
import { connectedFrame } from './connected-frame.ts';
import { readDeskPosition, shareOfNewest } from './desk-position.ts';
import type { Feeds } from './feeds.ts';
import { goLive } from './go-live.ts';
import type { Roster } from './roster.ts';

export interface JoinDeskParts {
  readonly desk: Desk;
  readonly feeds: Feeds;
  readonly roster: Roster;
  readonly assigned: AssignedOperators;
  readonly attendance: Attendance;
  readonly limits: Limits;
  readonly replayBufferMaxBytes: number;
  /** Milliseconds since the epoch, Redis' clock. */
  readonly now: () => number;
  /** A log was lost while the session was reading it. */
  readonly reset: (seat: DeskSeat) => void;
}

interface Beginning {
  /** By partition. */
  readonly replays?: readonly Replay[];
  readonly resumed?: boolean;
}

/**
 * Resolves when the session is live or has ended. Rejects with BusUnavailable.
 * @param prepared called when nothing is left but to read what was missed, as fast as its reader does
 */
export async function joinDesk(
  session: DeskSession,
  parts: JoinDeskParts,
  prepared: () => void,
): Promise<void> {
  const seat = parts.feeds.enter(session);
  await parts.feeds.ready();
  if (hasEnded(session)) return;
  await parts.attendance.enter(session);
  const roster = await parts.roster.read();
  const { replays, resumed } = await findBeginning(seat, parts);
  if (hasEnded(session)) return;
  prepared();
  const position = resumed === true ? session.ticket.since! : parts.desk.position();
  const frame = connectedFrame(session, { roster, position, resumed }, parts);
  if (replays === undefined) return goLive(seat, [frame], parts.desk);
  session.greet(frame);
  await catchUp(seat, replays, parts);
}

async function findBeginning(seat: DeskSeat, parts: JoinDeskParts): Promise<Beginning> {
  const { since, history } = seat.session.ticket;
  const replays = since === undefined ? undefined : await findReplays(since, parts);
  if (replays !== undefined) return { replays, resumed: true };
  const told = since === undefined ? {} : { resumed: false };
  return history === undefined
    ? told
    : { ...told, replays: await findHistory(seat, history, parts) };
}

/** All feeds from where the session left them, or undefined when one of them cannot be had. */
async function findReplays(since: string, { desk }: JoinDeskParts): Promise<Replay[] | undefined> {
  const positions = readDeskPosition(since, desk.feeds.length);
  if (positions === undefined) return undefined;
  const replays = await Promise.all(
    desk.feeds.map((feed, partition) => feed.replayFrom(positions[partition]!)),
  );
  return replays.every((replay) => replay !== undefined) ? replays : undefined;
}

async function findHistory(seat: DeskSeat, count: number, parts: JoinDeskParts): Promise<Replay[]> {
  const { feeds } = parts.desk;
  const visible = visibleTo(seat, parts);
  const times = await Promise.all(feeds.map((feed) => feed.messageTimes(count, visible)));
  const shares = shareOfNewest(times, count);
  return Promise.all(
    feeds.map((feed, partition) => feed.replayHistory(shares[partition]!, visible)),
  );
}

function visibleTo(seat: DeskSeat, { assigned }: JoinDeskParts) {
  return (event: Parameters<typeof seesFeedEvent>[1]) =>
    seesFeedEvent(seat, event, assigned(event.routing));
}

async function catchUp(
  seat: DeskSeat,
  replays: readonly Replay[],
  parts: JoinDeskParts,
): Promise<void> {
  const { session } = seat;
  let delivered = 0;
  const level = (partition: number, count: number) => {
    delivered += count;
    seat.phases[partition] = 'level';
    if (seat.phases.includes('behind') || hasEnded(session)) return;
    const ts = new Date(parts.now()).toISOString();
    const frame = encodeAnswer('caughtUp', { count: delivered }, { ts });
    if (!seat.hasLost) return goLive(seat, [frame], parts.desk);
    seat.hasLost = false;
    session.phase = 'live';
    session.send(frame);
    parts.reset(seat);
  };
  const runs = replays.map(async (replay, partition) => {
    const sink = sinkOf(seat, { parts, live: (count) => level(partition, count) });
    if ((await replay.run(sink)) !== 'lost') return;
    seat.hasLost = true;
    level(partition, 0);
  });
  await Promise.all(runs);
}

function sinkOf(
  seat: DeskSeat,
  { parts, live }: { parts: JoinDeskParts; live: (count: number) => void },
) {
  const isVisible = visibleTo(seat, parts);
  return replayTo({
    session: seat.session,
    frameOf: (event) => (isVisible(event) ? event.frame : undefined),
    // One feed's position is no complete `since`: the desk's checkpoints come when it is live.
    checkpoint: () => undefined,
    bufferMaxBytes: parts.replayBufferMaxBytes,
    live,
  });
}

function hasEnded(session: DeskSession): boolean {
  return session.phase === 'ended';
}
