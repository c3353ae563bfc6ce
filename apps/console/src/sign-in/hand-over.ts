/**
 * Credentials that a link brings along. They stand in the fragment, which no server and no log ever
 * sees, and are taken out of the address at once; the tab keeps them until it is closed.
 */
export interface Credentials {
  /** Token of an operator. */
  readonly operator?: string;
  /** Where its sockets are: one or more addresses, comma-separated; absent: the page's own origin. */
  readonly operatorEdge?: string;
  /** Token of a visitor, for the demo page. */
  readonly visitor?: string;
  readonly visitorEdge?: string;
  /** For the HTTP API: the cluster's figures and the drain. */
  readonly apiToken?: string;
}

const names = {
  operator: 'operator',
  operatorEdge: 'operator_edge',
  visitor: 'visitor',
  visitorEdge: 'visitor_edge',
  apiToken: 'api_token',
} as const;

const keys = Object.keys(names) as (keyof Credentials)[];

/** What a fragment such as `#operator=…&operator_edge=ws://…` brings; undefined when it brings nothing. */
export function readHandOver(
  fragment: string,
): { credentials: Credentials; view: string | undefined } | undefined {
  const given = new URLSearchParams(fragment.replace(/^#/u, ''));
  const found = keys.flatMap((key) => {
    const value = given.get(names[key]);
    return value === null || value === '' ? [] : [[key, value] as const];
  });
  if (found.length === 0) return undefined;
  return { credentials: Object.fromEntries(found), view: given.get('view') ?? undefined };
}

/** The fragment of a link, with `#`. */
export function writeHandOver(credentials: Credentials, view?: string): string {
  const given = new URLSearchParams();
  for (const key of keys) {
    const value = credentials[key];
    if (value !== undefined) given.set(names[key], value);
  }
  if (view !== undefined) given.set('view', view);
  return `#${given.toString()}`;
}
