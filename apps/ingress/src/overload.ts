/**
 * Holds back what emits events while edges are late, or this process itself: what is accepted shall not get
 * late. A request waits for its turn, so that whoever waits for an answer posts as fast as edges carry; who
 * would have to wait too long is told when to come again. Nothing is asked on the way of a request; edges
 * that are late say so.
 */
import type { LagWatch } from '@switchboard/bus';
import { createAdaptiveLimit, createLoopLag } from '@switchboard/runtime';
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { Measurements } from './measurements.ts';
import { renderRefusal } from './rendered-refusal.ts';

export interface OverloadOptions {
  readonly watch: LagWatch;
  /** How late edges and this process may be, ms; 0: however late. */
  readonly lagMaxMs: number;
  readonly measurements: Pick<Measurements, 'paced' | 'heldBack' | 'refused' | 'describeOverload'>;
}

export interface Overload {
  /** Holds back all routes that are added to `app` (a scope of its own) after this call. */
  guard(app: FastifyInstance): void;
  /** The request that was let in emits so many events more. */
  owe(events: number): void;
}

/** An edge that is late whatever is accepted must not stop all: so many events a second go on. */
const floorPerSecond = 100;
const lookEveryMs = 100;
/** To wait costs little: it begins at this part of what edges may be late, and keeps them there. */
const pacedFromPart = 0.4;
/** How long a request may wait. */
const waitMaxMs = 250;
/** A timer is no finer. */
const waitMinMs = 1;

export function createOverload({ watch, lagMaxMs, measurements }: OverloadOptions): Overload {
  const limit = createAdaptiveLimit({
    targetLagMs: lagMaxMs * pacedFromPart,
    floorPerSecond,
    now: () => performance.now(),
  });
  const loopLag = createLoopLag(lookEveryMs);
  measurements.describeOverload({
    edgesLagMs: watch.worstMs,
    acceptedPerSecond: () => (limit.perSecond === Infinity ? -1 : limit.perSecond),
  });
  return {
    owe: limit.owe,
    guard(app) {
      const look = () => limit.observe(Math.max(watch.worstMs(), loopLag.take()));
      loopLag.start();
      const timer = setInterval(look, lookEveryMs).unref();
      app.addHook('onClose', async () => {
        clearInterval(timer);
        loopLag.stop();
        watch.close();
      });
      app.addHook('onRequest', (request, reply, next) => {
        const waitMs = limit.reserve(waitMaxMs);
        if (waitMs !== undefined && waitMs < waitMinMs) return next();
        if (waitMs !== undefined) {
          measurements.paced();
          return void setTimeout(() => {
            // Who has gone meanwhile must not be let in: nothing would tell those behind that it has ended.
            if (!request.raw.socket.destroyed) next();
          }, waitMs);
        }
        measurements.heldBack('overload');
        measurements.refused('rate_limited');
        refuse(reply);
      });
    },
  };
}

const refusals = [1, 2].map((retryAfterS) =>
  renderRefusal('rate_limited', { retryAfterS, detail: 'Events would be late.' }),
);

/** Until there is room is no time at all: what counts is that not all come back at once. */
function refuse(reply: FastifyReply): void {
  refusals[Math.random() < 0.5 ? 0 : 1]?.(reply);
}
