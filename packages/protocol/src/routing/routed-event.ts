/**
 * An event with its audience decided and its payloads encoded, ready to be appended or published.
 *
 * This is the one place where "who receives what" meets "what they read": the builders in this
 * folder turn validated input into a RoutedEvent; everything behind them (Redis, edges) moves
 * bytes and never looks inside `data` again.
 */

/** A user as presence and routing know it: the same id as client and as operator is two users. */
export type UserKey = `client:${string}` | `operator:${string}`;

/** Which sockets of a room an event is for. */
export type RoomAudience = 'all' | 'clients' | 'operators';

/** What the sockets of one room get. `data` values are encoded JSON objects. */
export interface RoomPart {
  readonly audience: RoomAudience;
  /** What operators read; with audience `clients`, what clients read. */
  readonly data: string;
  /** What clients read, where it differs from `data`. */
  readonly clientsData?: string;
  /** A user none of whose sockets get it (typing: the sender's own tabs; `userConnected`: oneself). */
  readonly except?: UserKey;
}

/**
 * What `/broadcast` gets. `filtered`: sessions whose sources match the chat, or whose operator is
 * assigned to it; `all`: everyone; an operator id: every session of that operator.
 */
export interface FeedPart {
  readonly to: 'filtered' | 'all' | { readonly operatorId: string };
  readonly data: string;
  /**
   * True: the chat as the gateway knows it is joined in as `data.chat` when the event is appended
   * (`data` must be a non-empty object and must not have a `chat`).
   */
  readonly joinChat?: boolean;
}

export interface RoutedEvent {
  /** The event's name on the wire. */
  readonly event: string;
  readonly eventId: string;
  /** When it was accepted: RFC 3339, UTC, milliseconds. */
  readonly ts: string;
  /** The room; absent for operators' and global events. */
  readonly chatId?: string;
  readonly room?: RoomPart;
  readonly feed?: FeedPart;
}
