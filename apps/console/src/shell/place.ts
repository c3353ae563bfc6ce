/** Where the console is served, and with it the API and, unless something else is said, the sockets. */
export interface Place {
  /** Path prefix of the deployment, without a slash at its end. */
  readonly basePath: string;
  readonly api: (path: string) => string;
  readonly sockets: string;
}

export function placeOf({ origin, pathname }: Pick<Location, 'origin' | 'pathname'>): Place {
  const end = pathname.lastIndexOf('/console');
  const basePath = end < 0 ? '' : pathname.slice(0, end);
  return {
    basePath,
    api: (path) => `${origin}${basePath}${path}`,
    sockets: `${origin.replace(/^http/u, 'ws')}${basePath}`,
  };
}
