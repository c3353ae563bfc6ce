/** What goes on to the customer's backend: who asks it about a message, and the outbox. See ../contract.ts. */
import type { UserKey } from '@switchboard/protocol';

/** One message that a person sends: the same over all edges, sockets and attempts. */
export interface SentMessageKey {
  readonly chatId: string;
  readonly user: UserKey;
  readonly clientMessageId: string;
}

export type ClaimOutcome =
  /** Nobody else asks the backend about it before the lease ends. */
  | { readonly kind: 'claimed' }
  /** Another asks, or waits for what the backend posts. */
  | { readonly kind: 'busy' }
  /** Refused for good; as it was given to `settle`. */
  | { readonly kind: 'decided'; readonly verdict: string }
  /** It is in the log: an append under its once key answers `duplicate`. */
  | { readonly kind: 'added' };

/** Makes sure that one process at a time asks the backend about a message. Rejects with BusUnavailable. */
export interface Claims {
  claim(message: SentMessageKey, token: string, leaseMs: number): Promise<ClaimOutcome>;
  /** False: it was lost meanwhile. */
  renew(message: SentMessageKey, token: string, leaseMs: number): Promise<boolean>;
  /** Keeps a final refusal for 24 h, unless the claim was lost. */
  settle(message: SentMessageKey, token: string, verdict: string): Promise<void>;
  /** Lets the next one ask, unless the claim was lost. */
  release(message: SentMessageKey, token: string): Promise<void>;
}

/** What an event is to the outbox; a deployment chooses the kinds that its backend is told of. */
export const outboxKinds = [
  'messages',
  'posted_messages',
  'updates',
  'receipts',
  'users',
  'operators',
] as const;

export type OutboxKind = (typeof outboxKinds)[number];

/** The same on every process of the deployment. */
export interface OutboxOptions {
  readonly kinds: ReadonlySet<OutboxKind>;
  /** Above it new messages are refused, per partition; what waits in parked chats counts. */
  readonly maxEvents: number;
  /** As old may the oldest be before new messages are refused. */
  readonly maxAgeMs: number;
}

export interface OutboxEvent {
  /** Rises with the order of the outbox; opaque. */
  readonly id: string;
  /** Absent: operators who come and go; these keep one order among themselves. */
  readonly chatId?: string;
  /** JSON: the event as operators read it. */
  readonly frame: string;
}

/** Why an event could not be delivered. */
export interface DeliveryFailure {
  readonly reason: string;
  /** HTTP status of the backend's answer; absent: none came. */
  readonly status?: number;
}

export interface ParkedChat {
  readonly chatId?: string;
  readonly retryAtMs: number;
  readonly attempts: number;
  readonly sinceMs: number;
  readonly failure: DeliveryFailure;
}

export interface DeadLetter extends OutboxEvent {
  readonly partition: number;
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

/** One partition's outbox in the hands of the one worker that has its lease. All reject with OutboxLeaseLost or BusUnavailable. */
export interface HeldOutbox {
  readonly partition: number;
  /** Oldest first, after the given id. */
  read(limit: number, after?: string): Promise<OutboxEvent[]>;
  acknowledge(events: readonly OutboxEvent[]): Promise<void>;
  /** Moves events of one chat, in their order, behind those of it that are parked already. */
  park(events: readonly OutboxEvent[], parked: Omit<ParkedChat, 'chatId'>): Promise<void>;
  parkedChats(): Promise<ParkedChat[]>;
  readParked(chatId: string | undefined, limit: number): Promise<OutboxEvent[]>;
  acknowledgeParked(chatId: string | undefined, events: readonly OutboxEvent[]): Promise<void>;
  /** Tried again in vain. */
  postpone(parked: ParkedChat): Promise<void>;
  /** Puts an event, parked or not, among the dead letters. */
  bury(
    event: OutboxEvent,
    letter: Omit<DeadLetter, keyof OutboxEvent | 'partition'>,
  ): Promise<void>;
  renew(): Promise<void>;
  release(): Promise<void>;
}

export interface OutboxState {
  readonly partition: number;
  readonly holder?: string;
  readonly waiting: number;
  /** Age of the oldest event, parked ones included, ms; 0 when there is none. */
  readonly lagMs: number;
  readonly parked: readonly ParkedChat[];
  readonly deadLetters: number;
}

export interface Outbox {
  /** Undefined: another worker has it. */
  acquire(partition: number, holder: string, leaseMs: number): Promise<HeldOutbox | undefined>;
  /** Calls back when something comes into an empty outbox; may be missed. Gives what ends it. */
  onWork(partition: number, listener: () => void): () => void;
  states(): Promise<OutboxState[]>;
  deadLetters(query: {
    readonly chatId?: string;
    readonly after?: string;
    readonly limit: number;
  }): Promise<{ readonly letters: DeadLetter[]; readonly next?: string }>;
  /** Back into their chats' turn, in their order. Gives how many. */
  replay(
    letters: { readonly ids: readonly string[] } | { readonly chatId: string } | 'all',
  ): Promise<number>;
  discard(ids: readonly string[]): Promise<number>;
}
