/** What `npm start -- --json` prints: for scripts, so its fields only ever grow. */
import type { Site } from './site.ts';

export const readyLine = ({ cluster, redis, backend }: Site): string =>
  JSON.stringify({
    ready: true,
    redis: redis.url,
    ingress: cluster.ingress.url,
    console: `${cluster.ingress.url}/console/`,
    edges: cluster.edges.map(({ url }) => url),
    ...(backend && { backend: backend.url }),
    api_token: cluster.apiToken,
    auth_secret: cluster.authSecret,
    pids: {
      edges: cluster.edges.map(({ pid }) => pid),
      ingress: cluster.ingresses.map(({ pid }) => pid),
      redis: redis.pid,
      ...(backend && { backend: backend.pid }),
    },
  });
