/**
 * Looks ten times a second at how late this process is and how much memory it has, and tells the other
 * processes as long as it is late. The one place where the edge reads clocks and counters for it.
 */
import type { LagWatch, NodeLag, Nodes } from '@switchboard/bus';
import { createLoopLag, type AdaptiveLimit } from '@switchboard/runtime';
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
  /** As of a tenth of a second ago. */
  lag(): NodeLag;
  start(): void;
  stop(): void;
}

const everyMs = 100;
/** The kernel takes over a millisecond to tell how much memory it is, and it does not grow that fast. */
const memoryEveryMs = 1_000;
/** Less than this part of what is bearable is nobody else's business. */
const toldPart = 0.1;

export function createGauge(options: GaugeOptions): Gauge {
  const { pressure, messages, watch, takeFollowLagMs } = options;
  const loopLag = createLoopLag(everyMs);
  let timer: ReturnType<typeof setInterval> | undefined;
  let lag: NodeLag = { loopLagMs: 0, followLagMs: 0 };
  const tell = createTeller(options);
  const memory = createMemoryGauge();

  const look = () => {
    const nowMs = performance.now();
    lag = { loopLagMs: loopLag.take(), followLagMs: takeFollowLagMs() };
    const lagMs = Math.max(lag.loopLagMs, lag.followLagMs);
    const worstLagMs = Math.max(lagMs, watch.worstMs());
    pressure.observe({ lagMs, worstLagMs, residentBytes: memory.bytes(nowMs) }, nowMs);
    messages.observe(worstLagMs);
    tell(lag, lagMs);
  };
  return {
    lag: () => lag,
    start() {
      loopLag.start();
      timer = setInterval(look, everyMs);
      timer.unref();
    },
    stop() {
      clearInterval(timer);
      loopLag.stop();
      watch.close();
    },
  };
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

/** What the process occupies, as of a second ago at most. */
function createMemoryGauge() {
  let residentBytes = 0;
  let readAtMs = -Infinity;
  return {
    bytes(nowMs: number): number {
      if (nowMs - readAtMs >= memoryEveryMs) {
        readAtMs = nowMs;
        residentBytes = process.memoryUsage.rss();
      }
      return residentBytes;
    },
  };
}
