/** May anybody come in now, and may this one? Limits of the process, of an address, of a user. */
import type { Rate } from '@switchboard/runtime';
import { createAddressKey, type Peer } from './address.ts';
import { createConnectRate } from './connect-rate.ts';
import { createKeyedBuckets } from './keyed-buckets.ts';

/** Why not, and when to come again. */
export interface Closed {
  readonly code: 'unavailable' | 'rate_limited';
  readonly retryAfterSeconds: number;
}

export interface Door {
  /** Before anything is read of a connect. Undefined: come in. */
  closedTo(peer: Peer): Closed | undefined;
  /** When it is known who connects. */
  closedToUser(userKey: string): Closed | undefined;
}

export interface DoorOptions {
  /** True while the edge can serve nobody: it stops, or Redis is away. */
  readonly isAway: () => boolean;
  /** True while it sheds connects. */
  readonly isPressed: () => boolean;
  readonly sockets: () => number;
  readonly socketsMax: number;
  readonly connectsMaxPerSecond: number;
  readonly addressConnectsMaxPerSecond: number;
  readonly userConnectsMaxPerSecond: number;
  readonly trustedProxies: readonly string[];
  readonly onPressed: () => void;
  /** A clock that never steps back, ms. */
  readonly now: () => number;
  /** 0 to 1. */
  readonly random: () => number;
}

/** Many are told at the same time: they shall not come back at the same time. */
const awayRetrySeconds = { from: 2, to: 2 };
const pressedRetrySeconds = { from: 1, to: 3 };

export function createDoor(options: DoorOptions): Door {
  const { now, random } = options;
  const all = createConnectRate(options.connectsMaxPerSecond, now);
  const addressKey = createAddressKey(options.trustedProxies);
  const addresses = createKeyedBuckets({ rate: rateOf(options.addressConnectsMaxPerSecond), now });
  const users = createKeyedBuckets({ rate: rateOf(options.userConnectsMaxPerSecond), now });
  const away = (range: { from: number; to: number }): Closed => ({
    code: 'unavailable',
    retryAfterSeconds: range.from + Math.floor(random() * (range.to - range.from + 1)),
  });
  const addressWaitMs = (peer: Peer) => {
    if (options.addressConnectsMaxPerSecond === 0) return 0;
    const key = addressKey(peer);
    return key === undefined ? 0 : addresses.take(key);
  };
  return {
    closedTo(peer) {
      if (options.isAway() || options.sockets() >= options.socketsMax)
        return away(awayRetrySeconds);
      if (options.isPressed()) {
        options.onPressed();
        return away(pressedRetrySeconds);
      }
      // An address that is over its limit must not use up what all may.
      const waitMs = addressWaitMs(peer);
      if (waitMs > 0) return limited(waitMs);
      return all.take() ? undefined : limited(1_000);
    },
    closedToUser(userKey) {
      const waitMs = users.take(userKey);
      return waitMs > 0 ? limited(waitMs) : undefined;
    },
  };
}

/** After a failure all sockets of one user or address come back at once. */
function rateOf(perSecond: number): Rate {
  return { perSecond, burst: Math.max(1, perSecond * 5) };
}

function limited(waitMs: number): Closed {
  return { code: 'rate_limited', retryAfterSeconds: Math.ceil(waitMs / 1_000) };
}
