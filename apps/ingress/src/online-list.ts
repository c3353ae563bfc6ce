/**
 * The answer of `/online-users` as bytes. Ten thousand sessions are some megabytes of JSON, asked for
 * again and again while next to nothing changes: what was written for a session is kept with it, what
 * was written for a part of the desk until one of its sessions or its node's last renewal changes, and
 * nothing is written in one piece so long that other requests would notice.
 */
import type { DeskPart, DeskSession } from '@switchboard/bus';
import type { OnlineUsersQuery } from '@switchboard/protocol';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { type OnlineSession, matches, onlineSessionOf } from './online-session.ts';

export interface OnlineList {
  /** A JSON array of the sessions that match. */
  encode(desk: readonly DeskPart[], query: OnlineUsersQuery): Promise<Buffer>;
}

interface PartText {
  readonly lastSeenMs: number;
  readonly items: Buffer;
}

/** Sessions that are written in one turn: a millisecond's work. */
const sessionsPerTurn = 500;

const comma = Buffer.from(',');
const [open, close] = [Buffer.from('['), Buffer.from(']')];

export function createOnlineList(): OnlineList {
  const written = new WeakMap<DeskSession, OnlineSession | 'closed'>();
  const texts = new WeakMap<DeskPart['sessions'], PartText>();

  const sessionOf = (nodeId: string, session: DeskSession) => {
    const known = written.get(session) ?? onlineSessionOf(nodeId, session) ?? 'closed';
    written.set(session, known);
    return known;
  };
  /** The items that match, without brackets. */
  const write = ({ nodeId, lastSeenMs, sessions }: DeskPart, query: OnlineUsersQuery): Buffer => {
    const seen = JSON.stringify(new Date(lastSeenMs).toISOString());
    const items: string[] = [];
    for (const session of sessions) {
      const item = sessionOf(nodeId, session);
      if (item !== 'closed' && matches(item, query)) items.push(item.head + seen + item.tail);
    }
    return Buffer.from(items.join(','));
  };
  const recall = ({ lastSeenMs, sessions }: DeskPart): Buffer | undefined => {
    const known = texts.get(sessions);
    return known?.lastSeenMs === lastSeenMs ? known.items : undefined;
  };
  const writeAll = (part: DeskPart): Buffer => {
    const items = write(part, {});
    texts.set(part.sessions, { lastSeenMs: part.lastSeenMs, items });
    return items;
  };
  return {
    async encode(desk, query) {
      const isFiltered = Object.values(query).some((value) => value !== undefined);
      const pieces: Buffer[] = [open];
      let inThisTurn = 0;
      for (const part of desk) {
        const known = isFiltered ? undefined : recall(part);
        const items = known ?? (isFiltered ? write(part, query) : writeAll(part));
        if (items.length > 0) pieces.push(...(pieces.length > 1 ? [comma] : []), items);
        if (known === undefined) inThisTurn += part.sessions.length;
        if (inThisTurn < sessionsPerTurn) continue;
        inThisTurn = 0;
        await nextTurn();
      }
      return Buffer.concat([...pieces, close]);
    },
  };
}
