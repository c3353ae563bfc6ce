/** A bound on what is under way: one call more is told to come again, before accepted ones get late. */
import type { FastifyInstance } from 'fastify';
import type { Measurements } from './measurements.ts';
import { problem } from './problem.ts';

const retryAfterS = 1;

/** For all routes that are added to `app` (a scope of its own) after this call. */
export function limitConcurrency(
  app: FastifyInstance,
  maxConcurrentRequests: number,
  measurements: Pick<Measurements, 'heldBack'>,
): void {
  let underWay = 0;

  app.addHook('onRequest', async (_request, reply) => {
    if (underWay >= maxConcurrentRequests) {
      measurements.heldBack('concurrency');
      throw problem('rate_limited', { retryAfterS });
    }
    underWay += 1;
    // `close` comes after an answer as well as after a connection that broke before one.
    reply.raw.once('close', () => (underWay -= 1));
  });
}
