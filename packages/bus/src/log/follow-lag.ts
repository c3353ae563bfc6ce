/**
 * How far this process is behind what it follows: the age of logged events when they are delivered. Of
 * a stretch of time the least age counts: a burst makes some events old, a queue makes all of them old.
 */
import { positionMs } from './position.ts';

export interface FollowLag {
  /** An event at this position is delivered now. */
  delivered(position: string): void;
  /** The least age since the last call, ms; 0 when nothing was delivered. */
  take(): number;
}

/** @param nowMs by Redis' clock: ms since the epoch */
export function createFollowLag(nowMs: () => number): FollowLag {
  let leastMs = Infinity;
  return {
    delivered(position) {
      const ageMs = nowMs() - positionMs(position);
      if (ageMs < leastMs) leastMs = ageMs;
    },
    take() {
      const lagMs = leastMs === Infinity ? 0 : Math.max(0, Math.round(leastMs));
      leastMs = Infinity;
      return lagMs;
    },
  };
}
