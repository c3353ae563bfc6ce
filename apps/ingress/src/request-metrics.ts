/** Counts every answered request by its route's pattern and status. */
import type { FastifyInstance } from 'fastify';
import type { Measurements } from './measurements.ts';

export function measureRequests(app: FastifyInstance, measurements: Measurements): void {
  app.addHook('onResponse', (request, reply, next) => {
    const route = request.routeOptions.url ?? 'unknown';
    measurements.answered(route, request.method, reply.statusCode);
    next();
  });
}
