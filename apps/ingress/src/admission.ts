/** A bound on what is under way: one call more is told to come again, before accepted ones get late. */
import type { Socket } from 'node:net';
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
  const byConnection = new WeakMap<Socket, Set<object>>();
  /** Of pipelined calls only the first is told that the connection broke: all of them leave with it. */
  const callsOf = (connection: Socket): Set<object> => {
    const known = byConnection.get(connection);
    if (known !== undefined) return known;
    const calls = new Set<object>();
    byConnection.set(connection, calls);
    connection.once('close', () => {
      underWay -= calls.size;
      calls.clear();
    });
    return calls;
  };

  return (app) =>
    app.addHook('onRequest', (request, reply, next) => {
      if (underWay >= maxConcurrentRequests) {
        measurements.heldBack('concurrency');
        measurements.refused('rate_limited');
        return refuse(reply);
      }
      const calls = callsOf(request.raw.socket);
      calls.add(reply);
      underWay += 1;
      reply.raw.once('close', () => {
        if (calls.delete(reply)) underWay -= 1;
      });
      next();
    });
}
