/** How long everything about the delivery of events takes at most, and how much of it goes on at a time. */
import type { BackoffOptions } from '@switchboard/hooks';

export interface DeliveryTimes {
  /** A worker that does not renew for so long has lost its partitions. */
  readonly leaseMs: number;
  readonly renewMs: number;
  /** How often the partitions are shared out anew. */
  readonly shareMs: number;
  /** An outbox that calls nobody is looked at so often. */
  readonly idleMs: number;
  /** After a batch that took all there was, for so long the next one gathers: one call in place of many. */
  readonly gatherMs: number;
  /** Between calls of a backend that takes nothing from anybody. */
  readonly downBackoff: BackoffOptions;
  /** Between calls for a parked chat. */
  readonly parkedBackoff: BackoffOptions;
  /** A longer `Retry-After` is not waited for by a chat. */
  readonly retryAfterMaxMs: number;
  /** Nor by a partition: then one chat is tried, and another one each time. */
  readonly downRetryAfterMaxMs: number;
  /** A batch that is under way when the worker stops is waited for so long. */
  readonly finishMs: number;
}

export const defaultDeliveryTimes: DeliveryTimes = {
  leaseMs: 10_000,
  renewMs: 3_000,
  shareMs: 1_000,
  idleMs: 1_000,
  gatherMs: 100,
  downBackoff: { firstMs: 1_000, maxMs: 30_000 },
  parkedBackoff: { firstMs: 1_000, maxMs: 3_600_000 },
  retryAfterMaxMs: 3_600_000,
  downRetryAfterMaxMs: 60_000,
  finishMs: 5_000,
};

/** Of frames in one call: what a backend takes without being set up for it. */
export const BATCH_MAX_BYTES = 1_048_576;
/** Chats of one partition that are called for at a time: of those that wait, and of those that are parked. */
export const CHATS_AT_A_TIME = 4;
