/** What is counted of the calls that ask a backend about messages: all 0 where there is none. */
import {
  callDurationBucketsMs,
  sendHookMetrics,
  type BreakerState,
  type HookObserver,
} from '@switchboard/hooks';
import { labelled, textOf, type Metrics } from '@switchboard/runtime';
import { edgeMetrics } from './descriptions.ts';

export interface SendHookGauges {
  readonly breaker: () => BreakerState;
  /** Messages that wait for their turn. */
  readonly waiting: () => number;
}

const breakerValues: Readonly<Record<BreakerState, number>> = { closed: 0, probing: 1, open: 2 };

/** Gives what counts. */
export function describeSendHook(metrics: Metrics, gauges: SendHookGauges): HookObserver {
  const { family } = metrics;
  const calls = family(...labelled(sendHookMetrics.calls));
  const decisions = family(...labelled(sendHookMetrics.decisions));
  const retries = metrics.counter(textOf(sendHookMetrics.retries));
  const duration = metrics.histogram({
    ...textOf(sendHookMetrics.callDuration),
    buckets: callDurationBucketsMs,
  });
  metrics.gauge(textOf(sendHookMetrics.breaker), () => breakerValues[gauges.breaker()]);
  metrics.gauge(textOf(edgeMetrics.sendHookWaiting), gauges.waiting);
  return {
    onCall(result, durationMs) {
      calls(result).value += 1;
      duration.observe(durationMs);
    },
    onRetry: () => void (retries.value += 1),
    onDecision: (kind) => void (decisions(kind).value += 1),
  };
}
