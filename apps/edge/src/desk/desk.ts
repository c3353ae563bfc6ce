/** The operators' sockets of this process: their classes, their feeds, and how far each has come. */
import type { BusEvent, Follow } from '@switchboard/bus';
import type { Sources } from '@switchboard/protocol';
import type { DeskSession } from '../session/session.ts';
import { SourceClass, classKey } from './source-class.ts';

/**
 * How far a session is with one feed: still reading what it missed; level with it, but waiting for
 * the other feeds; or reading along.
 */
export type FeedPhase = 'behind' | 'level' | 'live';

/** One session at the desk. */
export interface DeskSeat {
  readonly session: DeskSession;
  sourceClass: SourceClass;
  /** By partition. */
  readonly phases: FeedPhase[];
  /** Events of feeds that it is level with, until it is level with all. */
  readonly held: Uint8Array[];
  heldBytes: number;
  /** A feed was lost while it was reading what it missed of another one. */
  hasLost: boolean;
  /** It is going to be told to start afresh. */
  resetPending: boolean;
  /** Where it is going to start afresh: all that comes after it is held. */
  startsFrom: string;
}

export class Desk {
  readonly seats = new Map<DeskSession, DeskSeat>();
  /** Those that are not live yet, and those that are to start afresh. */
  readonly arriving = new Set<DeskSeat>();
  /** Those who get what is logged and nothing else. */
  readonly spared = new Set<DeskSeat>();
  readonly classes = new Map<string, SourceClass>();
  feeds: readonly Follow[] = [];
  private readonly byOperator = new Map<string, Set<DeskSeat>>();
  private readonly membersOf = new Map<SourceClass, number>();
  private classCount = 0;
  private readonly partitions: number;

  constructor(partitions: number) {
    this.partitions = partitions;
  }

  add(session: DeskSession): DeskSeat {
    const seat: DeskSeat = {
      session,
      sourceClass: this.joinClass(session.sources),
      phases: Array.from({ length: this.partitions }, () => 'behind'),
      held: [],
      heldBytes: 0,
      hasLost: false,
      resetPending: false,
      startsFrom: '',
    };
    this.seats.set(session, seat);
    this.arriving.add(seat);
    const { userId } = session.identity;
    this.byOperator.set(userId, (this.byOperator.get(userId) ?? new Set()).add(seat));
    return seat;
  }

  remove(session: DeskSession): void {
    const seat = this.seats.get(session);
    if (seat === undefined) return;
    this.seats.delete(session);
    this.arriving.delete(seat);
    this.spared.delete(seat);
    this.leaveClass(seat.sourceClass);
    const { userId } = session.identity;
    const same = this.byOperator.get(userId);
    same?.delete(seat);
    if (same?.size === 0) this.byOperator.delete(userId);
  }

  seatsOf(operatorId: string): ReadonlySet<DeskSeat> {
    return this.byOperator.get(operatorId) ?? nobody;
  }

  /** Gives the seat the class of these sources. */
  reclassify(seat: DeskSeat, sources: Sources): void {
    const before = seat.sourceClass;
    seat.sourceClass = this.joinClass(sources);
    this.leaveClass(before);
  }

  /** Where a session that has got everything so far goes on: a complete `since`. */
  position(): string {
    return this.feeds.map((feed, partition) => `${partition}:${feed.position}`).join(',');
  }

  private joinClass(sources: Sources): SourceClass {
    const key = classKey(sources);
    const known = this.classes.get(key) ?? new SourceClass((this.classCount += 1), sources);
    this.classes.set(key, known);
    this.membersOf.set(known, (this.membersOf.get(known) ?? 0) + 1);
    return known;
  }

  private leaveClass(sourceClass: SourceClass): void {
    const left = (this.membersOf.get(sourceClass) ?? 1) - 1;
    this.membersOf.set(sourceClass, left);
    if (left > 0) return;
    this.membersOf.delete(sourceClass);
    this.classes.delete(classKey(sourceClass.sources));
  }
}

const nobody: ReadonlySet<DeskSeat> = new Set();

export function feedTopic(partition: number, sourceClass: SourceClass): string {
  return `f/${partition}/${sourceClass.id}`;
}

/** What is ephemeral, of all feeds. */
export function ephemeralTopic(sourceClass: SourceClass): string {
  return `e/${sourceClass.id}`;
}

/** Everyone who is live and not spared, for checkpoints. */
export const deskTopic = 'k';

/** Whether this event is for this session. */
export function seesFeedEvent(
  seat: DeskSeat,
  event: BusEvent,
  assigned: readonly string[],
): boolean {
  const { userId } = seat.session.identity;
  if (event.audience === 'operator') return event.subject === userId;
  if (event.audience === 'all') return true;
  if (event.audience !== 'filtered') return false;
  return seat.sourceClass.matches(event.routing) || assigned.includes(userId);
}
