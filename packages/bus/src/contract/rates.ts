/** Rates that all processes share. See ../contract.ts for the guarantees. */

/** Limits of calling services that all processes of the cluster share. */
export interface Rates {
  /**
   * Takes one of the calls that a service may make: 0. Or gives the milliseconds until there is one.
   * @param count more than one: all are taken together as soon as there is one, and owed
   * @throws BusUnavailable within a quarter of a second: the caller lets the call in
   */
  take(service: string, rate: SharedRate, count?: number): Promise<number>;
}

export interface SharedRate {
  readonly perSecond: number;
  /** What may come at once. */
  readonly burst: number;
}
