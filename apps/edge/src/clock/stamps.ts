import type { Stamp } from '@switchboard/protocol';

/** Gives an event its id and the time at which it was accepted. */
export type NewStamp = () => Stamp;

/** @param now milliseconds since the epoch, by Redis' clock: nodes whose clocks differ agree on it */
export function createStamps(now: () => number, newId: () => string): NewStamp {
  return () => ({ eventId: newId(), ts: new Date(now()).toISOString() });
}
