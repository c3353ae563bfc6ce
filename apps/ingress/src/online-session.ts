/** One session as `/online-users` tells it, written once: only when its node was last seen changes. */
import type { DeskSession } from '@switchboard/bus';
import type { OnlineUsersQuery, Sources } from '@switchboard/protocol';

export interface OnlineSession {
  readonly operatorId: string;
  readonly sources: Sources;
  /** JSON up to the value of `last_seen_at`. */
  readonly head: string;
  /** JSON after it. */
  readonly tail: string;
}

/** What the edge wrote about the session when it joined. */
interface SessionFacts {
  readonly sources?: Partial<Sources> | null;
  readonly connected_at: string;
  readonly app?: string;
}

/** None for a connection that has closed: its operator may be back, the connection is not active. */
export function onlineSessionOf(nodeId: string, session: DeskSession): OnlineSession | undefined {
  if (session.sessionJson === undefined) return undefined;
  const { sources: given, connected_at, app } = JSON.parse(session.sessionJson) as SessionFacts;
  const sources = { widgets: given?.widgets ?? null, departments: given?.departments ?? null };
  const known = [
    `"id":${JSON.stringify(session.sessionId)}`,
    `"operator_user":${session.userJson}`,
    `"sources":${JSON.stringify(sources)}`,
    `"connected_at":${JSON.stringify(connected_at)}`,
  ];
  const rest = { ...(app !== undefined && { app }), node: nodeId };
  return {
    operatorId: session.user.slice(session.user.indexOf(':') + 1),
    sources,
    head: `{${known.join(',')},"last_seen_at":`,
    tail: `,${JSON.stringify(rest).slice(1)}`,
  };
}

/** A filter asks who is pushed the chats of a widget or department: null = all of them. */
export function matches(session: OnlineSession, query: OnlineUsersQuery): boolean {
  const { widgets, departments } = session.sources;
  return (
    (query.operator_id === undefined || session.operatorId === query.operator_id) &&
    holds(widgets, query.widget_id) &&
    holds(departments, query.department_id)
  );
}

function holds(list: Sources['widgets'], id: string | undefined): boolean {
  return id === undefined || list === null || list.some((source) => source.id === id);
}
