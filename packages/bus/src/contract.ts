/**
 * The bus: everything the apps may ask of Redis, and what they may rely on.
 *
 * GUARANTEES
 * - An append that resolves `appended` is one entry of the log, chained to the one before it, and
 *   was published to every follower. It happened exactly once, whatever was retried under its key.
 * - An append that rejects with BusUnavailable and `executed: 'no'` did not and will not happen.
 *   With `executed: 'unknown'` it may have happened, but it will not happen later than its deadline.
 * - A follow delivers every logged event after its position once and in order, or says `lost`.
 *   It never skips in silence, whatever pub/sub dropped, repeated or delayed.
 * - Ephemeral events are at most once and in no order; nothing else may be built on them.
 * - No method throws synchronously; every promise settles within its deadline.
 */
import type { ChatFacts, RoutedEvent, UserKey } from '@switchboard/protocol';
import type { LogLimits } from './log/log-limits.ts';
import type { LeaseTimes } from './nodes/lease-times.ts';

/**
 * Where in a log: opaque, compared for equality only. `'0'` is the beginning of a log in which
 * nothing was ever written.
 */
export type Position = string;

/** A call that Redis did not answer in time, or refused. The caller answers 503 / `unavailable`. */
export class BusUnavailable extends Error {
  override readonly name = 'BusUnavailable';
  /** `no`: it did not happen and will not. `unknown`: it may have; ask again under the same key. */
  readonly executed: 'no' | 'unknown';

  constructor(message: string, executed: 'no' | 'unknown', cause?: unknown) {
    super(message, { cause });
    this.executed = executed;
  }
}

// ---------------------------------------------------------------- append

/** First answers, kept 24 h. The kinds are name spaces: what visitors and backends choose never meets. */
export type OnceKey =
  | {
      readonly kind: 'idempotencyKey';
      readonly tokenName: string;
      readonly path: string;
      readonly key: string;
      readonly bodyDigest: string;
    }
  | { readonly kind: 'clientMessage'; readonly user: UserKey; readonly clientMessageId: string };

/** What is remembered of a message for 24 h. */
export interface MessageFacts {
  readonly messageId: string;
  readonly type: 'standard' | 'system' | 'note' | 'bot';
  readonly typeRole?: 'client' | 'operator';
  readonly author?: UserKey;
}

/** A reader's mark on a message; `sequence` as recalled, needed when `upTo` is true. */
export interface ReceiptMark {
  readonly reader: UserKey;
  readonly level: 'delivered' | 'read';
  readonly messageId: string;
  readonly upTo: boolean;
  readonly sequence?: number;
}

export interface AppendRequest {
  readonly event: RoutedEvent;
  /** Milliseconds from now after which it must not be executed any more (judged by Redis' clock). */
  readonly deadlineMs: number;
  readonly once?: OnceKey;
  /** Set for a new message: remembered, and a message id known in the chat is a duplicate. */
  readonly message?: MessageFacts;
  /** What the input said of the chat; merged into the memory before the event is routed. */
  readonly chat?: ChatFacts;
  /** false: `chat` is used for this event's routing and `data.chat` only and not remembered. Default true. */
  readonly rememberChat?: boolean;
  /** Set for a receipt: nothing is appended when it changes nothing. */
  readonly receipt?: ReceiptMark;
  /** true: refused when the chat is known as closed. Default false. */
  readonly refuseIfClosed?: boolean;
}

/** Users (not connections) in the room at the append, by the members' hash. */
export interface Present {
  readonly clients: number;
  readonly operators: number;
}

export interface AppendedAnswer {
  readonly eventId: string;
  /** The room's position; for an event of the feed only, `<partition>:<position>`. */
  readonly position: Position;
  readonly present: Present;
}

export type AppendOutcome =
  | ({ readonly kind: 'appended' } & AppendedAnswer)
  /** Known under the once key or the message id: the first answer. `messageId` and `ts` are the first one's. */
  | ({
      readonly kind: 'duplicate';
      readonly messageId?: string;
      readonly ts: string;
    } & AppendedAnswer)
  /** The Idempotency-Key was used with another body. Nothing was written. */
  | { readonly kind: 'keyReused' }
  /** The chat is known as closed and `refuseIfClosed` was set. Nothing was written. */
  | { readonly kind: 'closed' }
  /** The receipt changes nothing. Nothing was written. */
  | { readonly kind: 'unchanged' };

/** What is known of a message that was added in the last 24 h. */
export interface RecalledMessage extends MessageFacts {
  readonly eventId: string;
  readonly position: Position;
  /** Its number in the room: rises with the room's order. */
  readonly sequence: number;
  /** The newest message at or before it that each audience may see. */
  readonly newestFor: {
    readonly clients?: string;
    readonly operators?: string;
    readonly feed?: string;
  };
}

// ---------------------------------------------------------------- follow and replay

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

// ---------------------------------------------------------------- presence

/** One session's membership of a room, or of the operators' desk. */
export interface Membership {
  readonly room: { readonly chatId: string } | 'desk';
  readonly sessionId: string;
  readonly user: UserKey;
  /** The user as everyone in the room may see it, encoded JSON. */
  readonly userJson: string;
  /** Desk only: `{ sources, connected_at, app? }`, encoded JSON. Absent: its connection has closed. */
  readonly sessionJson?: string;
}

/** A session among all sessions of the cluster. */
export interface SessionName {
  readonly nodeId: string;
  readonly sessionId: string;
}

export interface Member {
  readonly user: UserKey;
  readonly userJson: string;
  readonly sessions: readonly { readonly nodeId: string; readonly sessionId: string }[];
  /** When the user's oldest connection joined: ms since the epoch, Redis' clock. */
  readonly sinceMs: number;
}

export interface DeskSession {
  readonly sessionId: string;
  readonly nodeId: string;
  readonly user: UserKey;
  readonly userJson: string;
  /** Absent: its connection has closed, and its operator may be back within the grace. */
  readonly sessionJson?: string;
}

/** Some of the `/broadcast` sessions of one living node. */
export interface DeskPart {
  readonly nodeId: string;
  /** The node's last lease renewal: ms since the epoch, Redis' clock. */
  readonly lastSeenMs: number;
  /** The same array, with the same sessions in it, while nothing has changed: memoise on them. */
  readonly sessions: readonly DeskSession[];
}

export interface Presence {
  /**
   * Enters a session. Publishes `connected` when the user had no session there. Idempotent per session.
   * Resolves to the user's oldest sessions there that are too many now: whoever joins has them closed.
   */
  join(
    membership: Membership,
    connected: RoutedEvent | undefined,
    limits?: { readonly sessionsMax: number },
  ): Promise<SessionName[]>;
  /** Takes a session out. Publishes `disconnected` when it was the user's last there. Idempotent. */
  leave(membership: Membership, disconnected: RoutedEvent | undefined): Promise<void>;
  /** Its connection has closed: it is no connection of its user any more, and there until it leaves. */
  retire(membership: Membership): Promise<void>;
  /** Replaces a desk session's JSON, or takes it away: then the connection does not count as live. */
  update(membership: Membership): Promise<void>;
  /** The first `limit` users by field order, sessions of dead nodes left out, and how many there are. */
  members(chatId: string, limit: number): Promise<{ members: Member[]; total: number }>;
  /**
   * `/broadcast` sessions, those in their grace included, dead nodes left out: as of now. Read once
   * as a whole, then by what has changed: cheap to ask.
   */
  desk(): Promise<DeskPart[]>;
  /** How many live `/broadcast` sessions an operator has. */
  deskSessionsOf(operatorId: string): Promise<number>;
}

/** What a node tells of itself with each renewal: for people, `/nodes` and admission. */
export interface NodeStats {
  readonly state: 'starting' | 'ready' | 'draining';
  readonly address: string;
  readonly version: string;
  readonly sockets: number;
  readonly rooms: number;
  readonly loopLagMs: number;
  readonly followLagMs: number;
}

/** How late a node is. */
export type NodeLag = Pick<NodeStats, 'loopLagMs' | 'followLagMs'>;

/** What the nodes that are late have told of it; no I/O. */
export interface LagWatch {
  /** The worst lag of any node in the last second, ms; 0 when none is late. */
  worstMs(): number;
  close(): void;
}

export interface NodeInfo extends NodeStats {
  readonly nodeId: string;
  readonly leaseEndsInMs: number;
  readonly alive: boolean;
}

/** The lease of this process. Edges hold one; ingress only reads. */
export interface NodeLease {
  /** Changes when the node was found dead by mistake: then all its sessions have been joined again. */
  readonly nodeId: string;
  /** Ends the lease after `graceMs`; the sessions' leaves are left to the cleaners. */
  release(graceMs: number): Promise<void>;
}

export interface Nodes {
  /** Enters this process and renews every 3 s for 10 s; cleans up after nodes that died. */
  enter(nodeId: string, stats: () => NodeStats): Promise<NodeLease>;
  list(): Promise<NodeInfo[]>;
  /**
   * Tells all processes that this node is late. What was told holds for a second: to be told several
   * times in it while it lasts, and not at all otherwise.
   */
  tellLag(lag: NodeLag): Promise<void>;
  /** Hears what is told from now on, of this process too. */
  watchLag(): LagWatch;
}

// ---------------------------------------------------------------- control

export type ControlCommand =
  | {
      readonly kind: 'disconnect';
      readonly userId?: string;
      readonly sessionId?: string;
      readonly chatId?: string;
      readonly reason?: string;
      readonly revoke: boolean;
    }
  | {
      readonly kind: 'sources';
      readonly operatorId: string;
      readonly sourcesJson: string;
      /** Of the `operatorUpdated` that brought them: older ones than those that an edge was told are not handed on. */
      readonly position: Position;
    }
  /** The session's user has more connections than it may have. */
  | { readonly kind: 'replace'; readonly sessionId: string }
  | { readonly kind: 'drain'; readonly nodeId: string };

export interface SourcesTold {
  readonly position: Position;
  readonly isRepeat: boolean;
}

/** Who holds a token: what was revoked before it is known to have been there does not concern it. */
export interface TokenHolder {
  /** A digest, never the token. */
  readonly tokenId: string;
  /** Milliseconds by Redis' clock; Infinity: only a revocation of this very token concerns it. */
  readonly knownSinceMs: number;
  readonly userId: string;
  readonly sessionId?: string;
  readonly chatId?: string;
}

export interface Control {
  /**
   * Logs a command for all edges: none is lost, in order. Resolves when it is in the log. What is revoked
   * is refused from then on, whatever the edges hear: for 30 days, and each token that an edge denies for its life.
   */
  send(command: ControlCommand): Promise<void>;
  /** Like `send`, and adds up what the living edges answer within `timeoutMs`. */
  ask(command: ControlCommand, timeoutMs: number): Promise<number>;
  /**
   * Every command sent from now on, in order; one that takes long does not hold the next up.
   * @param handler its number is the answer to `ask`
   * @param onLost commands may have been missed: read `sourcesOf` and `isDenied` of every session again
   */
  follow(
    handler: (command: ControlCommand) => number | Promise<number>,
    onLost?: () => void,
  ): Promise<{ close(): void }>;
  /** Live sources of an operator as told by `/update/operators`, encoded JSON; they replace the token's. */
  sourcesOf(operatorId: string): Promise<string | undefined>;
  /**
   * Keeps them for 30 days. False: newer ones are kept, and hold.
   * @param told the `operatorUpdated` that brought them; a repeat never replaces newer ones
   */
  setSources(operatorId: string, sourcesJson: string, told: SourcesTold): Promise<boolean>;
  /** Refuses a token for the rest of its life. `tokenId`: a digest, never the token. */
  deny(tokenId: string, forMs: number): Promise<void>;
  /** Whether this token was denied, or its user, session or room revoked since it was there. */
  isDenied(holder: TokenHolder): Promise<boolean>;
}

// ---------------------------------------------------------------- rates

/** Limits of calling services that all processes of the cluster share. */
export interface Rates {
  /**
   * Takes one of the calls that a service may make: 0. Or gives the milliseconds until there is one.
   * @param count more than one: all are taken together as soon as there is one, and owed
   * @throws BusUnavailable within a quarter of a second: the caller lets the call in
   */
  take(service: string, rate: SharedRate, count?: number): Promise<number>;
}

export interface SharedRate {
  readonly perSecond: number;
  /** What may come at once. */
  readonly burst: number;
}

// ---------------------------------------------------------------- health

export interface BusHealth {
  /** True while a write and its published copy have come back within the last 3 s. */
  readonly ready: boolean;
  readonly reasons: readonly string[];
  /** Redis' clock minus ours, ms. */
  readonly clockOffsetMs: number;
  /** Round trip of the last heartbeat through append, publish and follow; -1 before the first. */
  readonly heartbeatMs: number;
}

export interface FollowStats {
  /** Logs that are followed now. */
  readonly follows: number;
  /** Events that were read from the log because their live copy was missing. */
  readonly repaired: number;
  /** Reads of a log by followers. */
  readonly reads: number;
  /** Positions that could not be continued. */
  readonly lost: number;
  /** Messages on a channel that are no envelope. */
  readonly malformed: number;
  /** Channels subscribed again because a quiet check found a hole. */
  readonly renewed: number;
}

export interface Bus {
  readonly log: EventLog;
  readonly presence: Presence;
  readonly nodes: Nodes;
  readonly control: Control;
  readonly rates: Rates;
  health(): BusHealth;
  /** Now by Redis' clock, as far as known: ms since the epoch. What stamps `ts`. */
  now(): number;
  /**
   * How far this process is behind what it follows: the mean age of logged events at their delivery
   * since the last call, ms; 0 when there were none.
   */
  takeFollowLagMs(): number;
  /** What operations want to know of following: totals since the start. */
  followStats(): FollowStats;
  close(): Promise<void>;
}

/** How we prove ourselves to Redis and it to us, beyond what stands in the URL. PEM texts. */
export interface RedisAccess {
  /** With a URL of `rediss`. */
  readonly tls: {
    readonly ca?: string;
    readonly cert?: string;
    readonly key?: string;
    readonly servername?: string;
  };
  readonly sentinel: { readonly username?: string; readonly password?: string };
}

export interface BusOptions {
  readonly redisUrl: string;
  readonly redisAccess?: RedisAccess;
  /** Without braces. Default `sb:`. */
  readonly keyPrefix: string;
  /** Fixed when the deployment is created; another number than the deployment's is refused. Default 16. */
  readonly partitions: number;
  /** Tells the connections apart in `CLIENT LIST`. */
  readonly clientName: string;
  readonly onWarning: (message: string, details?: Record<string, unknown>) => void;
  /** Milliseconds since the epoch. Default Date.now. */
  readonly now?: () => number;
  /** Default: crypto random. */
  readonly newEventId?: () => string;
  /** How much of each room's log is kept. Defaults: 500 events, 2 MiB. The same on every process. */
  readonly logLimits?: Pick<LogLimits, 'roomMaxEntries' | 'roomMaxBytes'>;
  /** For tests of deaths, which need not take ten seconds. */
  readonly leaseTimes?: Partial<LeaseTimes>;
}

/** Connects, checks the deployment's layout and partitions, and resolves when Redis answers. */
export type OpenBus = (options: BusOptions) => Promise<Bus>;
