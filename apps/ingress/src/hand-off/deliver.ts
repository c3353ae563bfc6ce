/** Brings events to the backend in their order, whatever it refuses. */
import type { OutboxEvent } from '@switchboard/bus';
import type { Failing, Verdict } from './verdict.ts';

export interface DeliverySteps {
  /** One call. */
  send(events: readonly OutboxEvent[]): Promise<Verdict>;
  /** The backend has them. */
  delivered(events: readonly OutboxEvent[]): Promise<void>;
  /** The backend refuses this very event. Gives a failure when it cannot be put aside. */
  refused(event: OutboxEvent, verdict: Verdict & { kind: 'refused' }): Promise<Failing | undefined>;
}

/**
 * Undefined: all of them are delivered or put aside. Else nothing from the first failing event on was: what is
 * refused is sent in halves, the older one first, so that the order holds.
 */
export async function deliver(
  events: readonly OutboxEvent[],
  steps: DeliverySteps,
): Promise<Failing | undefined> {
  const verdict = await steps.send(events);
  if (verdict.kind === 'failing') return verdict;
  if (verdict.kind === 'delivered') {
    await steps.delivered(events);
    return undefined;
  }
  const [first] = events;
  if (events.length === 1 && first) return steps.refused(first, verdict);
  const middle = Math.ceil(events.length / 2);
  return (await deliver(events.slice(0, middle), steps)) ?? deliver(events.slice(middle), steps);
}
