/**
 * Looks four times a second at how late this process is and how much memory it has, and tells the other
 * processes as long as it is late. The one place where the edge reads clocks and counters for it.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { LagWatch, NodeLag, Nodes } from '@switchboard/bus';
import type { AdaptiveLimit } from '@switchboard/runtime';
import type { Pressure } from './pressure.ts';

export interface GaugeOptions {
  readonly pressure: Pressure;
  /** What may be accepted; told the worst lag of all edges. */
  readonly messages: Pick<AdaptiveLimit, 'observe'>;
  readonly watch: LagWatch;
  readonly tellLag: Nodes['tellLag'];
  readonly takeFollowLagMs: () => number;
  /** From this lag on the others are told; 0: never. */
  readonly lagMaxMs: number;
  readonly onWarning: (message: string, details: Record<string, unknown>) => void;
}

export interface Gauge {
  /** As of a quarter of a second ago. */
  lag(): NodeLag;
  start(): void;
  stop(): void;
}

const everyMs = 250;
const resolutionMs = 20;
/** Less than this part of what is bearable is nobody else's business. */
const toldPart = 0.25;

export function createGauge(options: GaugeOptions): Gauge {
  const { pressure, messages, watch, takeFollowLagMs } = options;
  const delays = monitorEventLoopDelay({ resolution: resolutionMs });
  let timer: ReturnType<typeof setInterval> | undefined;
  let lag: NodeLag = { loopLagMs: 0, followLagMs: 0 };
  let lookedAtMs = 0;
  const tell = createTeller(options);

  const look = () => {
    const nowMs = performance.now();
    // A loop that was blocked all the time has measured nothing: then this very timer is late.
    const ownLateMs = nowMs - lookedAtMs - everyMs;
    lookedAtMs = nowMs;
    lag = {
      loopLagMs: Math.round(Math.max(meanDelayMs(delays), ownLateMs, 0)),
      followLagMs: takeFollowLagMs(),
    };
    delays.reset();
    const lagMs = Math.max(lag.loopLagMs, lag.followLagMs);
    const worstLagMs = Math.max(lagMs, watch.worstMs());
    pressure.observe({ lagMs, worstLagMs, residentBytes: process.memoryUsage.rss() }, nowMs);
    messages.observe(worstLagMs);
    tell(lag, lagMs);
  };
  return {
    lag: () => lag,
    start() {
      delays.enable();
      lookedAtMs = performance.now();
      timer = setInterval(look, everyMs);
      timer.unref();
    },
    stop() {
      clearInterval(timer);
      delays.disable();
      watch.close();
    },
  };
}

function meanDelayMs(delays: { readonly mean: number }): number {
  // The monitor's own resolution is part of what it measures.
  const ms = delays.mean / 1e6 - resolutionMs;
  return Number.isFinite(ms) ? ms : 0;
}

/** Tells it while it is late, and once more when it is not any more. One call at a time. */
function createTeller({ tellLag, lagMaxMs, onWarning }: GaugeOptions) {
  let wasLate = false;
  let isTelling = false;
  return (lag: NodeLag, lagMs: number) => {
    const isLate = lagMaxMs > 0 && lagMs >= lagMaxMs * toldPart;
    if (isTelling || (!isLate && !wasLate)) return;
    wasLate = isLate;
    isTelling = true;
    tellLag(lag)
      .catch((error: unknown) => onWarning('the lag could not be told', { err: error }))
      .finally(() => (isTelling = false));
  };
}
