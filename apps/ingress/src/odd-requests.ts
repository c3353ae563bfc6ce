/**
 * What Node's HTTP server would answer by itself with an empty body: it is answered as everything else is,
 * with a problem, the security headers, and a count.
 */
import type { FastifyInstance } from 'fastify';
import { problem } from './problem.ts';

export function answerOddRequests(app: FastifyInstance): void {
  // Node's own check is off (`requireHostHeader`); RFC 9112 §3.2 asks for 400.
  app.addHook('onRequest', ({ raw }, _reply, next) => {
    if (raw.headers.host === undefined && raw.httpVersion === '1.1')
      return next(problem('malformed', { detail: 'The Host header is missing.' }));
    next();
  });
  // RFC 9110 §10.1.1 leaves it to the server whether it refuses what it does not know.
  app.server.on('checkExpectation', (request, response) => {
    app.server.emit('request', request, response);
  });
}
