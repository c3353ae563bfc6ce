/** Who is in a room at one moment, as `connected` tells it. */
import type { Presence } from '@switchboard/bus';

export interface Snapshot {
  /** A JSON array: the first members. */
  readonly membersJson: string;
  /** How many there are. */
  readonly total: number;
}

export async function takeSnapshot(reading: ReturnType<Presence['members']>): Promise<Snapshot> {
  const { members, total } = await reading;
  return { membersJson: `[${members.map(({ userJson }) => userJson).join(',')}]`, total };
}
