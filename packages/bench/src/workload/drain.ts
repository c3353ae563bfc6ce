/** The end of a load: what was accepted is still on its way. */
import { setTimeout as delay } from 'node:timers/promises';

const drainMaxMs = 15_000;

/** Longer than any repair of a hole takes: what has not come by then is lost. */
const quietMs = 4000;

/** Waits until `expected` deliveries were received since the sockets opened, or nothing more comes. */
export const drain = async (
  generator: { deliveries(): Promise<number> },
  expected: number,
  signal: AbortSignal,
): Promise<{ deliveries: number; tookMs: number }> => {
  const startMs = performance.now();
  let deliveries = await generator.deliveries();
  let changedMs = startMs;
  for (;;) {
    const nowMs = performance.now();
    const isQuiet = nowMs - changedMs > quietMs;
    if (deliveries >= expected || isQuiet || nowMs - startMs > drainMaxMs) break;
    await delay(20, undefined, { signal });
    const latest = await generator.deliveries();
    if (latest !== deliveries) changedMs = performance.now();
    deliveries = latest;
  }
  return { deliveries, tookMs: changedMs - startMs };
};
