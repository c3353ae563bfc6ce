/** How long the machine waits for what, ms. */
export const times = {
  /** The first attempt to come back waits up to this, each further one up to twice as long … */
  backoffBaseMs: 1_000,
  /** … but not longer than this. */
  backoffMaxMs: 30_000,
  /** Who is asked for a token and does not answer for so long is asked anew, after a wait. */
  tokenTimeoutMs: 30_000,
  /** From the attempt to the `connected` frame. */
  connectTimeoutMs: 15_000,
  /** A connection that has been live for so long was a good one: the next attempts start afresh. */
  stableAfterMs: 10_000,
  /** After a sign that the network has changed an answer is due within this. */
  probeTimeoutMs: 5_000,
  /** Who was sent away for too much (4429) stays away at least so long. */
  rateLimitedPauseMs: 5_000,
  /**
   * Every request is answered within this, or the connection is taken for broken. A message may wait 10 s for
   * a backend to decide on it and 30 s for it to post it: longer than that. Pings find what is dead sooner.
   */
  answerTimeoutMs: 60_000,
} as const;

/** Full jitter: everything from nothing to this, so that those who left together do not come back together. */
export function backoffMs(attempt: number): number {
  return Math.min(times.backoffMaxMs, times.backoffBaseMs * 2 ** Math.min(attempt, 30));
}
