/** How long a node lives without a sign of life, and what follows from it. */
export interface LeaseTimes {
  /** A node that has not renewed for this long is dead. Default 10 000 ms. */
  readonly leaseMs: number;
  /** Renewals come this often. Default 3 000 ms. */
  readonly renewMs: number;
  /** Every node looks for dead ones this often, with jitter. Default 1 000 ms. */
  readonly cleanMs: number;
  /** A node's list in Redis is compared with its memory this often. Default 60 000 ms. */
  readonly reconcileMs: number;
  /** Nothing can be entered under a dead node for this long. Default 3 600 000 ms. */
  readonly tombstoneMs: number;
  /** The living nodes are asked for at most this often. Default 1 000 ms. */
  readonly livingMs: number;
  /** A call of Redis is given up after this long. Default 2 000 ms. */
  readonly deadlineMs: number;
}

export const defaultLeaseTimes: LeaseTimes = {
  leaseMs: 10_000,
  renewMs: 3_000,
  cleanMs: 1_000,
  reconcileMs: 60_000,
  tombstoneMs: 3_600_000,
  livingMs: 1_000,
  deadlineMs: 2_000,
};

/** If nobody at all has renewed for this long, it was Redis that was away. */
export function silenceMs(times: LeaseTimes): number {
  return times.leaseMs / 2;
}
