/** 405 with `Allow` for a known path: Fastify by itself answers 404 for a wrong method. */
import type { FastifyInstance, HTTPMethods } from 'fastify';
import { problem } from './problem.ts';

const known: readonly HTTPMethods[] = [
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'PATCH',
  'DELETE',
  'OPTIONS',
  'TRACE',
];

/** Call it on the root, before the first route is added; `complete` after the last one. */
export function watchMethods(root: FastifyInstance): { complete(): void } {
  const urls = new Set<string>();
  root.addHook('onRoute', ({ url }) => void urls.add(url));
  return {
    complete() {
      for (const url of urls) refuseOthers(root, url);
    },
  };
}

function refuseOthers(root: FastifyInstance, url: string): void {
  const allowed = known.filter((method) => root.hasRoute({ url, method }));
  const others = known.filter((method) => !allowed.includes(method));
  // Refused before the body is read: its type and size do not matter any more.
  const refuse = async () => {
    throw problem('method_not_allowed', { headers: { allow: allowed.join(', ') } });
  };
  root.route({ url, method: others, schema: { hide: true }, onRequest: refuse, handler: refuse });
}
