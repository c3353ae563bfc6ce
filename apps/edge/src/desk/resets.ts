/**
 * A feed's log was lost: each session is told in band to start afresh, not all at once, for each of
 * them is going to load its chats from the backend.
 */
import { BusUnavailable } from '@switchboard/bus';
import type { Limits } from '@switchboard/protocol';
import type { Wheel } from '../clock/wheel.ts';
import { connectedFrame } from './connected-frame.ts';
import type { Desk, DeskSeat } from './desk.ts';
import { goLive, setAside } from './go-live.ts';
import { emptyRoster, type Roster } from './roster.ts';

export interface ResetsOptions {
  readonly desk: Desk;
  readonly roster: Roster;
  readonly wheel: Wheel;
  readonly limits: Limits;
  /** Over how long the sessions' resets are spread, ms. */
  readonly spreadMs: number;
  /** From 0 to 1. */
  readonly random: () => number;
  readonly now: () => number;
}

export interface Resets {
  /** Every session that had come to the end of this feed starts afresh. */
  lost(partition: number): void;
  one(seat: DeskSeat): void;
}

export function createResets(options: ResetsOptions): Resets {
  const { desk, wheel, spreadMs, random } = options;
  const one = (seat: DeskSeat) => {
    setAside(seat, desk);
    if (seat.resetPending) return;
    seat.resetPending = true;
    wheel.after(random() * spreadMs, () => void reset(seat, options));
  };
  return {
    one,
    lost(partition) {
      for (const seat of desk.seats.values()) {
        // Who is still reading it finds out by itself.
        if (seat.phases[partition] === 'behind') continue;
        if (seat.phases.includes('behind')) seat.hasLost = true;
        else one(seat);
      }
    },
  };
}

async function reset(seat: DeskSeat, options: ResetsOptions): Promise<void> {
  const roster = await readOrNothing(options.roster);
  seat.resetPending = false;
  const content = { roster, position: seat.startsFrom, resumed: false };
  goLive(seat, [connectedFrame(seat.session, content, options)], options.desk);
}

async function readOrNothing(roster: Roster) {
  try {
    return await roster.read();
  } catch (error) {
    // To reload matters more than the list of colleagues, which follows by events.
    if (error instanceof BusUnavailable) return emptyRoster;
    throw error;
  }
}
