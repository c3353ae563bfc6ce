/** The address of a connect. */
export type Query = Readonly<Record<string, string | number | undefined>>;

/** @throws TypeError when `base` is no URL */
export function socketUrl(base: string, path: string, query: Query): string {
  const page = (globalThis as { location?: { href: string } }).location?.href;
  const url = new URL(base, page);
  // Not every browser takes a WebSocket with `https:`.
  url.protocol = url.protocol.replace(/^http/u, 'ws');
  url.pathname = url.pathname.replace(/\/*$/u, path);
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) url.searchParams.set(name, String(value));
  }
  return url.href;
}
