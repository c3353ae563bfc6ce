/**
 * Who is online at the desk, as `connected` tells it. Many who connect at once share one reading of the
 * list, and its text is made once for as long as nobody comes or goes.
 */
import { sharedRead, type DeskPart, type Presence } from '@switchboard/bus';

export interface RosterText {
  /** A JSON array: the first operators. */
  readonly operatorsJson: string;
  /** How many there are. */
  readonly total: number;
}

export interface Roster {
  /** Operators with a live session; read after the call, never from before it. */
  read(): Promise<RosterText>;
}

export const emptyRoster: RosterText = { operatorsJson: '[]', total: 0 };

interface Known {
  readonly parts: readonly DeskPart['sessions'][];
  readonly text: RosterText;
}

/** @param operatorsMax how many are listed at most; who has several tabs is one */
export function createRoster(presence: Pick<Presence, 'desk'>, operatorsMax: number): Roster {
  let known: Known = { parts: [], text: emptyRoster };
  return {
    read: sharedRead(async () => {
      const parts = (await presence.desk()).map(({ sessions }) => sessions);
      if (!isSame(parts, known.parts)) known = { parts, text: textOf(parts, operatorsMax) };
      return known.text;
    }),
  };
}

/** The sessions of a part stay the same array while nothing about them changes. */
function isSame(parts: Known['parts'], before: Known['parts']): boolean {
  return parts.length === before.length && parts.every((part, index) => part === before[index]);
}

function textOf(parts: Known['parts'], operatorsMax: number): RosterText {
  const byUser = new Map<string, string>();
  for (const sessions of parts)
    for (const { user, userJson } of sessions) byUser.set(user, userJson);
  const listed = [...byUser.values()].slice(0, operatorsMax);
  return { operatorsJson: `[${listed.join(',')}]`, total: byUser.size };
}
