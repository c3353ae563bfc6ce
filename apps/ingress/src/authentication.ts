/** Lets in who has an API token, and keeps the name of the calling service with the request. */
import type { FastifyInstance } from 'fastify';
import type { ApiTokens } from './api-tokens.ts';
import { problem } from './problem.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The calling service; empty on routes that need no token. */
    tokenName: string;
  }
}

/** For all routes that are added to `app` (a scope of its own) after this call. */
export function requireToken(app: FastifyInstance, tokens: ApiTokens): void {
  app.addHook('onRequest', (request, _reply, next) => {
    const header = request.headers['api-token'];
    const name = tokens.nameOf(typeof header === 'string' ? header : undefined);
    if (name === undefined)
      return next(problem('token_invalid', { headers: { 'www-authenticate': 'ApiToken' } }));
    request.tokenName = name;
    next();
  });
}
