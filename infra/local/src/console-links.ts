/**
 * The addresses of the console, with development tokens in the fragment: a browser sends it to nobody, and
 * the pages take it out of the address at once. The names are those of `apps/console/src/sign-in/hand-over.ts`.
 */
import type { Cluster } from '@switchboard/testkit';

export interface ConsoleTokens {
  readonly visitor: string;
  readonly operator: string;
}

export interface ConsoleLinks {
  /** Both sides and the cluster, to choose from. */
  readonly start: string;
  /** On the first edge. */
  readonly visitor: string;
  /** On the last edge. */
  readonly operator: string;
}

export const consoleLinks = (cluster: Cluster, tokens: ConsoleTokens): ConsoleLinks => {
  const page = `${cluster.ingress.url}/console/`;
  // When its edge is gone, a side goes on to the next one.
  const edges = cluster.edges.map(({ url }) => url);
  const visitor = { visitor: tokens.visitor, visitor_edge: edges.join() };
  const operator = { operator: tokens.operator, operator_edge: edges.toReversed().join() };
  const api = { api_token: cluster.apiToken };
  return {
    start: page + fragment({ ...operator, ...visitor, ...api }),
    visitor: `${page}demo.html${fragment(visitor)}`,
    operator: page + fragment({ ...operator, ...api, view: 'desk' }),
  };
};

const fragment = (given: Record<string, string>): string =>
  `#${new URLSearchParams(given).toString()}`;
