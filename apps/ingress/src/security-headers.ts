/**
 * Headers of every answer. The API answers data only; the pages load nothing but their own files,
 * and nothing may frame them. Without `upgrade-insecure-requests`: the pages work over plain HTTP too.
 */
import type { FastifyInstance } from 'fastify';

/** For everything but the pages: nothing in an answer may run or load. */
const dataPolicy = "default-src 'none'; frame-ancestors 'none'";

/** For a page of our own without scripts. */
export const pagePolicy =
  "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** For swagger-ui, which sets styles by script, shows `data:` images and calls the API (try it). */
export const swaggerPolicy =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/** For the console, whose sockets may be elsewhere. */
export const consolePolicy = (socketSources: readonly string[]): string =>
  `default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src ${["'self'", ...socketSources].join(' ')}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

export const dataHeaders = {
  'content-security-policy': dataPolicy,
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
} as const;

export function addSecurityHeaders(app: FastifyInstance): void {
  app.addHook('onRequest', (_request, reply, next) => {
    reply.headers(dataHeaders);
    next();
  });
}
