import type { Peer } from './address.ts';

/** All that an upgrade is decided on, copied from the request before anything else happens. */
export interface UpgradeHead {
  readonly socket: 'chat' | 'broadcast';
  /** After the `?`, as it came. */
  readonly query: string;
  /** Empty: no browser (or none that says so). */
  readonly origin: string;
  readonly authorization: string;
  readonly peer: Peer;
  /** `Sec-WebSocket-Protocol` as it came. */
  readonly subprotocols: string;
}
