/** What goes on to the customer's backend: who asks it about a message, and what it is told of. See ../contract.ts. */
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
