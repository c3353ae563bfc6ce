/** One event of a feed to the operators' sockets of this process, each of them once at most. */
import type { BusEvent } from '@switchboard/bus';
import type { AssignedOperators } from './assigned-operators.ts';
import { ephemeralTopic, feedTopic, seesFeedEvent, type Desk, type DeskSeat } from './desk.ts';

export interface FeedFanOutParts {
  readonly desk: Desk;
  readonly assigned: AssignedOperators;
  /** To every socket that is subscribed; gives their number. */
  readonly publish: (topic: string, frame: Uint8Array) => number;
  readonly onSent: (eventName: string, sockets: number) => void;
  /** So many sockets were spared an ephemeral event. */
  readonly onSpared: (sockets: number) => void;
  /** Bytes that may be held for a session that is catching up. */
  readonly heldMaxBytes: number;
}

export type FeedFanOut = (partition: number, event: BusEvent) => void;

export function createFeedFanOut(parts: FeedFanOutParts): FeedFanOut {
  return (partition, event) => {
    hold(partition, event, parts);
    if (isEphemeral(event) && parts.desk.spared.size > 0) countSpared(event, parts);
    parts.onSent(event.name, send(partition, event, parts));
  };
}

function isEphemeral({ position }: BusEvent): boolean {
  return position === undefined;
}

function countSpared(event: BusEvent, { desk, assigned, onSpared }: FeedFanOutParts): void {
  const operators = assigned(event.routing);
  onSpared([...desk.spared].filter((seat) => seesFeedEvent(seat, event, operators)).length);
}

function send(partition: number, event: BusEvent, parts: FeedFanOutParts): number {
  if (event.audience === 'all') return sendToClasses(partition, event, parts);
  if (event.audience === 'filtered') {
    return sendToClasses(partition, event, parts) + sendToAssigned(partition, event, parts);
  }
  if (event.audience !== 'operator' || event.subject === undefined) return 0;
  return sendToEach(seatsFor(event.subject, partition, { event, desk: parts.desk }), event);
}

function sendToClasses(
  partition: number,
  event: BusEvent,
  { desk, publish }: FeedFanOutParts,
): number {
  let sockets = 0;
  for (const sourceClass of desk.classes.values()) {
    if (event.audience === 'filtered' && !sourceClass.matches(event.routing)) continue;
    const topic = isEphemeral(event)
      ? ephemeralTopic(sourceClass)
      : feedTopic(partition, sourceClass);
    sockets += publish(topic, event.frame);
  }
  return sockets;
}

/** The assigned operators' sessions that their sources have left out. */
function sendToAssigned(
  partition: number,
  event: BusEvent,
  { desk, assigned }: FeedFanOutParts,
): number {
  let sockets = 0;
  for (const operatorId of assigned(event.routing)) {
    const seats = seatsFor(operatorId, partition, { event, desk });
    const left = seats.filter(({ sourceClass }) => !sourceClass.matches(event.routing));
    sockets += sendToEach(left, event);
  }
  return sockets;
}

/** An operator's seats that take this event now. */
function seatsFor(
  operatorId: string,
  partition: number,
  { event, desk }: { event: BusEvent; desk: Desk },
): DeskSeat[] {
  return [...desk.seatsOf(operatorId)].filter(
    ({ phases, session }) =>
      phases[partition] === 'live' && !(isEphemeral(event) && session.isSpared),
  );
}

function sendToEach(seats: readonly DeskSeat[], { frame }: BusEvent): number {
  for (const { session } of seats) session.send(frame);
  return seats.length;
}

/** For sessions that are level with this feed and not yet with all; ephemeral events also before. */
function hold(
  partition: number,
  event: BusEvent,
  { desk, assigned, heldMaxBytes }: FeedFanOutParts,
): void {
  for (const seat of desk.arriving) {
    const isKept = isEphemeral(event) ? !seat.session.isSpared : seat.phases[partition] === 'level';
    if (!isKept || !seesFeedEvent(seat, event, assigned(event.routing))) continue;
    seat.held.push(event.frame);
    seat.heldBytes += event.frame.length;
    if (seat.heldBytes > heldMaxBytes) seat.session.end('slow_consumer');
  }
}
