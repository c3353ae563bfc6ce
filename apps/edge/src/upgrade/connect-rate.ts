/** At most so many connects in a second: those who come back at once after a failure come in turns. */
export interface ConnectRate {
  /** False: not in this second any more. */
  take(): boolean;
}

/** @param maxPerSecond 0: no limit; @param now a clock that never steps back, ms */
export function createConnectRate(maxPerSecond: number, now: () => number): ConnectRate {
  let second = -1;
  let taken = 0;
  return {
    take() {
      if (maxPerSecond === 0) return true;
      const current = Math.floor(now() / 1_000);
      if (current !== second) taken = 0;
      second = current;
      taken += 1;
      return taken <= maxPerSecond;
    },
  };
}
