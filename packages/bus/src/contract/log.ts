/** The event log: append, follow, replay, recall. See ../contract.ts for the guarantees. */
import type { RoutedEvent } from '@switchboard/protocol';
import type { AppendOutcome, AppendRequest, Position, RecalledMessage } from './append.ts';

/** One event as it comes from a log or a channel. Frames are final UTF-8 JSON. */
export interface BusEvent {
  readonly name: string;
  readonly eventId: string;
  /** Absent: ephemeral. */
  readonly position?: Position;
  /** Rooms: `all`, `clients`, `operators`. Feeds: `filtered`, `all`, `operator` (then `subject` is its id). */
  readonly audience: 'all' | 'clients' | 'operators' | 'filtered' | 'operator';
  /** Rooms: the user key none of whose sockets get it. Feeds: the operator id it is for. */
  readonly subject?: string;
  /**
   * Feeds: the chat as it was when the event was appended (and before, when it changed), for the
   * source filter: one line, equal lines decide equally (memoise on it), read with `decodeRouting`.
   */
  readonly routing: string;
  /** What operators read (and clients, when `clientsFrame` is absent). */
  readonly frame: Uint8Array;
  readonly clientsFrame?: Uint8Array;
}

/** A chat for the source filter. Absent: unknown. `''`: known to have none. */
export interface RoutedChat {
  readonly widgetId?: string;
  readonly departmentId?: string;
  readonly operatorId?: string;
}

export interface FollowListener {
  /** The next logged event, in order. */
  event(event: BusEvent): void;
  /** An event without position. */
  ephemeral(event: BusEvent): void;
  /** The log was rolled back, wiped or trimmed under the follower: whoever reads along must reload. The follow goes on from its new `position`. */
  lost(): void;
}

/** How a late-comer reads what it missed. */
export interface ReplaySink {
  /** The next missed event. A returned promise is awaited before the next (back-pressure). */
  deliver(event: BusEvent): void | Promise<void>;
  /** Called in the turn in which the late-comer has reached the follow: what comes after it comes through the listener. */
  live(): void;
}

/** A replay whose beginning was found in the log; nothing has been delivered yet. */
export interface Replay {
  /** Runs to the end. `lost`: the log was trimmed or rolled back meanwhile and `live` was not called. */
  run(sink: ReplaySink): Promise<'live' | 'lost'>;
}

/** One log followed by this process, whatever the number of sockets behind it. */
export interface Follow {
  /** The position of the last event given to the listener. */
  readonly position: Position;
  /** Resolves when it is live: what is accepted from now on reaches the listener. Rejects with BusUnavailable. */
  readonly ready: Promise<void>;
  /** The events after `since`; undefined when it cannot be had (too old, unknown, from a lost history). */
  replayFrom(since: Position): Promise<Replay | undefined>;
  /** The events from the `count`-th newest `messageAdded` for which `visible` holds. */
  replayHistory(count: number, visible: (event: BusEvent) => boolean): Promise<Replay>;
  /**
   * When the `count` newest visible `messageAdded` were logged, newest first: ms since the epoch,
   * Redis' clock. Tells how many of a history over several feeds each one has.
   */
  messageTimes(count: number, visible: (event: BusEvent) => boolean): Promise<number[]>;
  /** Asks the log at once (a copy is overdue). */
  check(): void;
  /** Stops following. Further calls do nothing. */
  close(): void;
}

export interface EventLog {
  readonly partitions: number;
  append(request: AppendRequest): Promise<AppendOutcome>;
  /** Publishes without logging. Resolves when Redis has taken it; may be lost afterwards. */
  publish(event: RoutedEvent): Promise<void>;
  recall(chatId: string, messageId: string): Promise<RecalledMessage | undefined>;
  /** Whether the chat is known as closed now; an append may find it otherwise. */
  isClosed(chatId: string): Promise<boolean>;
  /** The logged event at a position of a room's log, if it is still there. */
  eventAt(chatId: string, position: Position): Promise<BusEvent | undefined>;
  /** Up to `limit` events after `since` (from the oldest kept when absent). `complete`: nothing is missing before, `more`: there are newer ones. */
  readRoom(
    chatId: string,
    since: Position | undefined,
    limit: number,
  ): Promise<{ events: BusEvent[]; next: Position; complete: boolean; more: boolean }>;
  followRoom(chatId: string, listener: FollowListener): Follow;
  followFeed(partition: number, listener: FollowListener): Follow;
}
