/** A bound on what is under way: one call more is told to come again, before accepted ones get late. */
import type { FastifyInstance } from 'fastify';
import type { Measurements } from './measurements.ts';
import { renderRefusal } from './rendered-refusal.ts';

const retryAfterS = 1;

/** For all routes that are added to a scope after it was given to what this gives; all count together. */
export function createConcurrencyLimit(
  maxConcurrentRequests: number,
  measurements: Pick<Measurements, 'heldBack' | 'refused'>,
): (app: FastifyInstance) => void {
  const refuse = renderRefusal('rate_limited', { retryAfterS });
  let underWay = 0;
  const leave = () => void (underWay -= 1);

  return (app) =>
    app.addHook('onRequest', (_request, reply, next) => {
      if (underWay >= maxConcurrentRequests) {
        measurements.heldBack('concurrency');
        measurements.refused('rate_limited');
        return refuse(reply);
      }
      underWay += 1;
      // `close` comes after an answer as well as after a connection that broke before one.
      reply.raw.once('close', leave);
      next();
    });
}
