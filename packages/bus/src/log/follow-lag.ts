/** How far this process is behind what it follows: the mean age of logged events at their delivery. */
import { positionMs } from './position.ts';

export interface FollowLag {
  /** An event at this position is delivered now. */
  delivered(position: string): void;
  /** The mean age since the last call, ms; 0 when nothing was delivered. */
  take(): number;
}

/** @param nowMs by Redis' clock: ms since the epoch */
export function createFollowLag(nowMs: () => number): FollowLag {
  let sumMs = 0;
  let count = 0;
  return {
    delivered(position) {
      sumMs += nowMs() - positionMs(position);
      count += 1;
    },
    take() {
      const lagMs = count === 0 ? 0 : Math.max(0, Math.round(sumMs / count));
      sumMs = 0;
      count = 0;
      return lagMs;
    },
  };
}
