/**
 * An event's trace, from its id alone: every process that meets the event knows the trace and the id of its
 * first span without being told. docs/decisions/0011-traces.md says why.
 */
import { createHash } from 'node:crypto';

export interface TraceIds {
  /** 32 hexadecimal digits. */
  readonly traceId: string;
  /** 16 hexadecimal digits: the span in which the event came into the cluster. */
  readonly firstSpanId: string;
}

const uuid = /^[\da-f]{8}-[\da-f]{4}-[1-8][\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/;

/** A UUID is its trace id without hyphens, so that people find one by the other; anything else is hashed. */
export const traceIdsOf = (eventId: string): TraceIds => {
  const traceId = uuid.test(eventId)
    ? eventId.replaceAll('-', '')
    : createHash('sha256').update(eventId).digest('hex').slice(0, 32);
  return { traceId, firstSpanId: traceId.slice(16) };
};
