/**
 * Appends with the deadline of this process, and turns what may come out of it into an answer or
 * a problem. The one place of ingress through which an event gets into a log.
 */
import type { AppendOutcome, AppendRequest, EventLog, Position, Present } from '@switchboard/bus';
import type { Measurements } from './measurements.ts';
import { problem } from './problem.ts';

export interface Accepted {
  readonly eventId: string;
  readonly position: Position;
  readonly present: Present;
  /** True: nothing was emitted, this is the first answer. */
  readonly duplicate: boolean;
  /** The first one's message id, for a duplicate of a message. */
  readonly messageId?: string;
}

/** Rejects with a Problem (nothing was emitted, also when it is `unavailable`) or with BusUnavailable (it may have been). */
export type Append = (request: Omit<AppendRequest, 'deadlineMs'>) => Promise<Accepted>;

export interface AppendOptions {
  readonly log: Pick<EventLog, 'append'>;
  readonly deadlineMs: number;
  readonly measurements: Pick<Measurements, 'appended'>;
  /** Milliseconds, monotonic. */
  readonly now: () => number;
}

export function createAppend(options: AppendOptions): Append {
  const { log, deadlineMs, measurements, now } = options;
  return async (request) => {
    const startedAt = now();
    let outcome = 'unavailable';
    try {
      const appended = await log.append({ ...request, deadlineMs });
      outcome = appended.kind;
      return accept(appended);
    } finally {
      measurements.appended(outcome, now() - startedAt);
    }
  };
}

function accept(outcome: AppendOutcome): Accepted {
  switch (outcome.kind) {
    case 'appended':
      return { ...answerOf(outcome), duplicate: false };
    case 'duplicate': {
      const { messageId } = outcome;
      return {
        ...answerOf(outcome),
        duplicate: true,
        ...(messageId !== undefined && { messageId }),
      };
    }
    case 'keyReused':
      throw problem('idempotency_key_reused');
    case 'outboxFull':
      throw problem('unavailable', { retryAfterS: outboxFullRetryAfterS, detail: outboxFull });
    case 'closed':
    case 'unchanged':
      throw new Error(`The log answered ${outcome.kind} to an event of ingress.`);
  }
}

const outboxFull = 'Too many events wait for the chat backend.';
/** It is behind by thousands of events, or by hours. */
const outboxFullRetryAfterS = 5;

function answerOf({ eventId, position, present }: Omit<Accepted, 'duplicate'>) {
  return { eventId, position, present };
}
