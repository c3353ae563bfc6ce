/**
 * Holds back what emits events while edges are late: what is accepted shall not get late, and the rest is
 * told when to come again. Nothing is asked on the way of a request; edges that are late say so.
 */
import type { LagWatch } from '@switchboard/bus';
import { createAdaptiveLimit } from '@switchboard/runtime';
import type { FastifyInstance } from 'fastify';
import type { Measurements } from './measurements.ts';
import { problem } from './problem.ts';

export interface OverloadOptions {
  readonly watch: LagWatch;
  /** How late edges may be, ms; 0: however late. */
  readonly lagMaxMs: number;
  readonly measurements: Pick<Measurements, 'heldBack' | 'describeOverload'>;
}

export interface Overload {
  /** Holds back all routes that are added to `app` (a scope of its own) after this call. */
  guard(app: FastifyInstance): void;
  /** The request that was let in emits so many events more. */
  owe(events: number): void;
}

/** An edge that is late whatever is accepted must not stop all: so many events a second go on. */
const floorPerSecond = 100;
const lookEveryMs = 250;

export function createOverload({ watch, lagMaxMs, measurements }: OverloadOptions): Overload {
  const limit = createAdaptiveLimit({ lagMaxMs, floorPerSecond, now: () => performance.now() });
  measurements.describeOverload({
    edgesLagMs: watch.worstMs,
    acceptedPerSecond: () => (limit.perSecond === Infinity ? -1 : limit.perSecond),
  });
  return {
    owe: limit.owe,
    guard(app) {
      const timer = setInterval(() => limit.observe(watch.worstMs()), lookEveryMs).unref();
      app.addHook('onClose', async () => {
        clearInterval(timer);
        watch.close();
      });
      app.addHook('onRequest', async () => {
        if (limit.take() === 0) return;
        measurements.heldBack('overload');
        throw problem('rate_limited', {
          retryAfterS: retryAfterS(),
          detail: 'The edges are late.',
        });
      });
    },
  };
}

/** Until there is room is no time at all: what counts is that not all come back at once. */
function retryAfterS(): number {
  return Math.random() < 0.5 ? 1 : 2;
}
