/** What is counted of the delivery, and what it is at, as metrics with names and units. */
import type { OutboxState } from '@switchboard/bus';
import { callDurationBucketsMs, type HookReply } from '@switchboard/hooks';
import { labelled, textOf, type Metrics } from '@switchboard/runtime';
import { ingressMetrics } from '../metric-descriptions.ts';
import type { DeliveryMeasurements } from './partition-parts.ts';
import { judgeBatch } from './verdict.ts';

export interface HandOffMeasurements extends DeliveryMeasurements {
  called(reply: HookReply, durationMs: number): void;
  /** Of every partition; the gauges tell it until the next time. */
  looked(states: readonly OutboxState[]): void;
}

/** @param partitions how many this process delivers */
export function measureHandOff(metrics: Metrics, partitions: () => number): HandOffMeasurements {
  const delivered = metrics.counter(textOf(ingressMetrics.eventsDelivered));
  const parked = metrics.family(...labelled(ingressMetrics.chatsParked));
  const givenUp = metrics.family(...labelled(ingressMetrics.eventsGivenUp));
  const calls = metrics.family(...labelled(ingressMetrics.eventsCalls));
  const callMs = metrics.histogram({
    ...textOf(ingressMetrics.eventsCallDuration),
    buckets: callDurationBucketsMs,
  });
  let states: readonly OutboxState[] = [];
  const sum = (count: (state: OutboxState) => number) => () =>
    states.reduce((total, state) => total + count(state), 0);
  const gauges = {
    outboxPartitions: partitions,
    outboxUnheld: sum(({ holder }) => (holder === undefined ? 1 : 0)),
    outboxWaiting: sum(({ waiting }) => waiting),
    outboxLag: () => Math.max(0, ...states.map(({ lagMs }) => lagMs)),
    outboxParkedChats: sum(({ parkedChats }) => parkedChats),
    outboxParkedEvents: sum(({ parkedEvents }) => parkedEvents),
    outboxDeadLetters: sum(({ deadLetters }) => deadLetters),
  } as const;
  for (const [name, read] of Object.entries(gauges))
    metrics.gauge(textOf(ingressMetrics[name as keyof typeof gauges]), read);
  return {
    delivered: (events) => void (delivered.value += events),
    parked: (_chat, { why }) => void (parked(why).value += 1),
    buried: (_event, { kind }) =>
      void (givenUp(kind === 'refused' ? 'refused' : 'retries').value += 1),
    called(reply, durationMs) {
      callMs.observe(durationMs);
      calls(resultOf(reply)).value += 1;
    },
    looked: (found) => void (states = found),
  };
}

function resultOf(reply: HookReply): string {
  const verdict = judgeBatch(reply);
  if (verdict === undefined) return 'aborted';
  return verdict.kind === 'failing' ? verdict.why : verdict.kind;
}
