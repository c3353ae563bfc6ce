/**
 * The answer of `/online-users` as bytes. Ten thousand sessions are some megabytes of JSON, asked for
 * again and again while next to nothing changes: what was written for a session is kept with it, what
 * was written for a node is kept until one of its sessions or its last renewal changes, and nothing is
 * written in one piece so long that other requests would notice.
 */
import type { DeskNode, DeskSession } from '@switchboard/bus';
import type { OnlineUsersQuery } from '@switchboard/protocol';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { type OnlineSession, matches, onlineSessionOf } from './online-session.ts';

export interface OnlineList {
  /** A JSON array of the sessions that match. */
  encode(nodes: readonly DeskNode[], query: OnlineUsersQuery): Promise<Buffer>;
}

interface NodeText {
  readonly lastSeenMs: number;
  readonly items: Promise<Buffer>;
}

/** Sessions that are written in one turn: a millisecond's work. */
const sessionsPerTurn = 500;

const comma = Buffer.from(',');
const [open, close] = [Buffer.from('['), Buffer.from(']')];

export function createOnlineList(): OnlineList {
  const written = new WeakMap<DeskSession, OnlineSession | 'closed'>();
  const texts = new WeakMap<DeskNode['sessions'], NodeText>();

  const sessionOf = (nodeId: string, session: DeskSession) => {
    const known = written.get(session) ?? onlineSessionOf(nodeId, session) ?? 'closed';
    written.set(session, known);
    return known;
  };
  /** The node's items that match, without brackets. */
  const write = async (node: DeskNode, query: OnlineUsersQuery): Promise<Buffer> => {
    const seen = JSON.stringify(new Date(node.lastSeenMs).toISOString());
    const slices: string[] = [];
    for (let from = 0; from < node.sessions.length; from += sessionsPerTurn) {
      if (from > 0) await nextTurn();
      const items: string[] = [];
      for (const session of node.sessions.slice(from, from + sessionsPerTurn)) {
        const item = sessionOf(node.nodeId, session);
        if (item !== 'closed' && matches(item, query)) items.push(item.head + seen + item.tail);
      }
      if (items.length > 0) slices.push(items.join(','));
    }
    return Buffer.from(slices.join(','));
  };
  const writeAll = (node: DeskNode): Promise<Buffer> => {
    const known = texts.get(node.sessions);
    if (known?.lastSeenMs === node.lastSeenMs) return known.items;
    const items = write(node, {});
    texts.set(node.sessions, { lastSeenMs: node.lastSeenMs, items });
    return items;
  };
  return {
    async encode(nodes, query) {
      const isFiltered = Object.values(query).some((value) => value !== undefined);
      const parts: Buffer[] = [open];
      for (const node of nodes) {
        const items = await (isFiltered ? write(node, query) : writeAll(node));
        if (items.length === 0) continue;
        if (parts.length > 1) parts.push(comma);
        parts.push(items);
      }
      return Buffer.concat([...parts, close]);
    },
  };
}
