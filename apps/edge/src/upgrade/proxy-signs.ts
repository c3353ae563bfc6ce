/**
 * Whether TRUSTED_PROXIES fits the proxies that there are. Nobody outside an edge can see it: a wrong one takes
 * all clients of a balancer for one address, or believes nobody.
 */
import { createProxyCheck, type Peer } from './address.ts';

/** Connects since the start. */
export interface ProxySigns {
  /** With an X-Forwarded-For, from nobody who is trusted. Clients may write one, too. */
  readonly forwardedIgnored: number;
  /** From a trusted proxy, without an X-Forwarded-For. */
  readonly forwardedMissing: number;
}

export interface ProxyWatch {
  note(peer: Peer): void;
  signs(): ProxySigns;
}

export function createProxyWatch(trustedProxies: readonly string[]): ProxyWatch {
  const isTrusted = createProxyCheck(trustedProxies);
  let [forwardedIgnored, forwardedMissing] = [0, 0];
  return {
    note(peer) {
      const isForwarded = peer.forwardedFor !== '';
      if (isForwarded === isTrusted(peer)) return;
      if (isForwarded) forwardedIgnored += 1;
      else forwardedMissing += 1;
    },
    signs: () => ({ forwardedIgnored, forwardedMissing }),
  };
}
