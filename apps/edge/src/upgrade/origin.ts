/**
 * The Origin allow-list. Exact: scheme, host and port as the browser writes them. The credential is
 * a token and not a cookie, so that no list means no limit.
 */
export type OriginCheck = (origin: string) => boolean;

/** True for a request without Origin, and for every origin while no list is set. */
export function createOriginCheck(allowed: readonly string[] | undefined): OriginCheck {
  if (allowed === undefined || allowed.length === 0) return () => true;
  const known = new Set(allowed);
  return (origin) => origin === '' || known.has(origin);
}
