/** Connections by whose they are: the ledger's clients say their name in the request. */
import type { Condition, FaultProxy } from '@switchboard/testkit';

const readerOf = (opening: string): string =>
  /^GET \S*[?&]app=([^&\s]+) /u.exec(opening)?.[1] ?? '';

/**
 * For the connections that these readers have now, not for those that they make later. Gives their number
 * and how to lift it again.
 */
export const imposeOn = (
  proxies: readonly FaultProxy[],
  readers: readonly string[],
  condition: Condition,
): { links: number; lift: () => void } => {
  const names = new Set(readers);
  let links = 0;
  const lifts = proxies.map((proxy) => {
    const theirs = proxy.links.filter(({ opening }) => names.has(readerOf(opening)));
    const numbers = new Set(theirs.map(({ number }) => number));
    links += numbers.size;
    return proxy.impose(condition, ({ number }) => numbers.has(number));
  });
  return {
    links,
    lift: () => {
      for (const lift of lifts) lift();
    },
  };
};
