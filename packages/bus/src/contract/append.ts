/** What is appended, and what an append answers. See ../contract.ts for the guarantees. */
import type { ChatFacts, RoutedEvent, UserKey } from '@switchboard/protocol';
import type { OutboxKind, SentMessageKey } from './hand-off.ts';

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
  /** What it is to the outbox: handed on to the backend if the deployment has chosen that kind. */
  readonly outbox?: OutboxKind;
  /**
   * The message that a person sent and that this one is: when it was added already, by whomever, this is
   * a duplicate of it; otherwise whoever sends it again gets this one.
   */
  readonly fulfils?: Omit<SentMessageKey, 'chatId'>;
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
  | { readonly kind: 'unchanged' }
  /** The backend is behind by more than the outbox takes. Nothing was written; later it may be taken. */
  | { readonly kind: 'outboxFull' };

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
