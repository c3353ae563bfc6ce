/**
 * The outbox as those see it who deliver it and those who look after it. See ../contract.ts.
 *
 * GUARANTEES
 * - An event is in one place: waiting, parked, or among the dead letters. It leaves the outbox only by being
 *   acknowledged, or discarded by a person.
 * - The events of a chat are read in the order in which they were written; while some of them are parked,
 *   the later ones may only go behind them. A dead letter that is replayed takes its old place among them.
 * - One worker at a time has a partition. What a worker does after its lease was taken by another changes
 *   nothing: it rejects with OutboxLeaseLost.
 * - Everything else rejects with BusUnavailable, as all of the bus.
 */

export interface OutboxEvent {
  /** Rises with the order of the outbox, and stays with the event wherever it is. */
  readonly id: string;
  /** When it was written: ms since the epoch, Redis' clock. */
  readonly atMs: number;
  /** Absent: operators who come and go; these keep one order among themselves. */
  readonly chatId?: string;
  /** JSON: the event as operators read it. */
  readonly frame: string;
}

export interface WaitingEvent extends OutboxEvent {
  /** True: events of its chat are parked, and it may only go behind them (`park`). */
  readonly isBehindParked: boolean;
}

/** How much is read at a time; of what is there one event at least. */
export interface ReadBounds {
  readonly maxEvents: number;
  /** Of their frames. */
  readonly maxBytes: number;
}

/** Why an event could not be delivered. */
export interface DeliveryFailure {
  /** At most 256 characters. */
  readonly reason: string;
  /** HTTP status of the backend's answer; absent: none came. */
  readonly status?: number;
}

/** A chat was tried in vain. */
export interface Setback {
  readonly failure: DeliveryFailure;
  /** In a row, this one included. */
  readonly attempts: number;
  /** The next try, ms from now. */
  readonly retryInMs: number;
}

export interface ParkedChat {
  readonly chatId?: string;
  /** Ms since the epoch, Redis' clock. */
  readonly retryAtMs: number;
  /** Tries in vain, in a row; 0: its events are getting through, or were replayed. */
  readonly attempts: number;
  /** Since when nothing of it got through, ms since the epoch. */
  readonly sinceMs: number;
  readonly failure: DeliveryFailure;
}

/** What becomes of an event that is given up. */
export interface LastRites {
  readonly failure: DeliveryFailure;
  readonly attempts: number;
  /** When it was first tried, ms since the epoch; absent: now. */
  readonly firstMs?: number;
}

export interface DeadLetter {
  /** Of the letter, not of the event. Opaque. */
  readonly id: string;
  readonly partition: number;
  readonly chatId?: string;
  readonly frame: string;
  readonly failure: DeliveryFailure;
  readonly attempts: number;
  /** When it was first and last tried, ms since the epoch. */
  readonly firstMs: number;
  readonly lastMs: number;
}

/** The worker's lease was taken by another: nothing of the call was done. */
export class OutboxLeaseLost extends Error {
  override readonly name = 'OutboxLeaseLost';
}

/** One partition's outbox in the hands of the one worker that has its lease. */
export interface HeldOutbox {
  readonly partition: number;
  /** The oldest that are not parked, oldest first. `isMore`: there are others behind them. */
  read(bounds: ReadBounds): Promise<{ readonly events: WaitingEvent[]; readonly isMore: boolean }>;
  /** Takes out what the backend has. */
  acknowledge(events: readonly OutboxEvent[]): Promise<void>;
  /** Parks events of one chat, behind those of it that are parked already: then `setback` changes nothing. */
  park(events: readonly OutboxEvent[], setback: Setback): Promise<void>;
  /** Parked chats whose time has come, and when the next one's comes, ms from now. */
  due(limit: number): Promise<{ readonly chats: ParkedChat[]; readonly nextInMs?: number }>;
  /** The oldest of a parked chat. */
  readParked(chatId: string | undefined, bounds: ReadBounds): Promise<OutboxEvent[]>;
  /** Takes out what the backend has. What is left is due; a chat with nothing left is not parked any more. */
  acknowledgeParked(chatId: string | undefined, events: readonly OutboxEvent[]): Promise<void>;
  /** Tried again in vain. */
  postpone(chatId: string | undefined, setback: Setback): Promise<void>;
  /**
   * Puts an event, parked or not, among the dead letters. `full`: there are too many of them, and it stays
   * where it is.
   */
  bury(event: OutboxEvent, rites: LastRites): Promise<'buried' | 'full'>;
  renew(leaseMs: number): Promise<void>;
  /** Lets another worker have it at once. */
  release(): Promise<void>;
}

export interface OutboxState {
  readonly partition: number;
  /** Absent: nobody delivers it. */
  readonly holder?: string;
  /** Events that are not parked. */
  readonly waiting: number;
  /** Age of the oldest event that is not parked, ms; 0 when there is none. */
  readonly lagMs: number;
  readonly parkedChats: number;
  readonly parkedEvents: number;
  /** The first of them by their next try, 20 at most. */
  readonly parked: readonly ParkedChat[];
  readonly deadLetters: number;
}

export type Replayed =
  | { readonly ids: readonly string[] }
  | { readonly chatId: string }
  /** All that are there now. */
  | 'all';

export interface Outbox {
  readonly partitions: number;
  /** Tells that this worker lives, for `leaseMs`. Resolves to how many do. */
  enroll(workerId: string, leaseMs: number): Promise<number>;
  /** It will take no more partitions. */
  leave(workerId: string): Promise<void>;
  /** Undefined: another worker has it. Taking what one has already ends the earlier hold. */
  acquire(partition: number, workerId: string, leaseMs: number): Promise<HeldOutbox | undefined>;
  /** Calls back when something comes into an empty outbox; may be missed. Gives what ends it. */
  onWork(partition: number, listener: () => void): () => void;
  /** Of every partition, in their order. */
  states(): Promise<OutboxState[]>;
  /** Oldest first within a partition. `next`: what to give as `after` for the next page. */
  deadLetters(query: {
    readonly chatId?: string;
    readonly after?: string;
    /** 1 to 1000. */
    readonly limit: number;
  }): Promise<{ readonly letters: DeadLetter[]; readonly next?: string }>;
  /** Parks them in their chats, in their old places, to be tried at once. Gives how many; unknown ids are left out. */
  replay(letters: Replayed): Promise<number>;
  /** Throws them away. Gives how many. */
  discard(ids: readonly string[]): Promise<number>;
}
