/** `GET /online-users`: who is at the desk, one item for each live `/broadcast` connection. */
import type { DeskSession, Presence } from '@switchboard/bus';
import {
  onlineUsersAnswer,
  type OnlineUsersQuery,
  type OperatorSession,
  type Sources,
} from '@switchboard/protocol';
import type { FastifyInstance } from 'fastify';
import { documentedRoute } from '../route-schema.ts';
import type { Schemas } from '../schemas.ts';
import { createSingleFlight } from '../single-flight.ts';

export interface OnlineUsersOptions {
  readonly schemas: Pick<Schemas, 'onlineUsersQuery'>;
  readonly presence: Pick<Presence, 'desk'>;
  /** How old an answer may be. */
  readonly cacheMs: number;
}

export function addOnlineUsers(app: FastifyInstance, options: OnlineUsersOptions): void {
  const { schemas, presence, cacheMs } = options;
  const sessions = createSingleFlight(
    async () => (await presence.desk()).flatMap(sessionsOf),
    cacheMs,
    () => performance.now(),
  );
  app.get<{ Querystring: OnlineUsersQuery }>('/online-users', {
    schema: documentedRoute({
      operationId: 'getOnlineUsers',
      summary: 'Active broadcast sessions of operators',
      description:
        'A session without sources of a kind is pushed all of them, so it matches every `widget_id` and `department_id`.',
      tag: 'Operators',
      answer: onlineUsersAnswer,
      querystring: schemas.onlineUsersQuery,
    }),
    handler: async ({ query }) => (await sessions()).filter((session) => matches(session, query)),
  });
}

/** A filter asks who is pushed the chats of a widget or department: null = all of them. */
export function matches(session: OperatorSession, query: OnlineUsersQuery): boolean {
  const { widgets, departments } = session.sources;
  return (
    holds(widgets, query.widget_id) &&
    holds(departments, query.department_id) &&
    (query.operator_id === undefined || session.operator_user.id === query.operator_id)
  );
}

function holds(list: Sources['widgets'], id: string | undefined): boolean {
  return id === undefined || list === null || list.some((source) => source.id === id);
}

/** What the edge wrote about the session when it joined. */
interface SessionFacts {
  readonly sources?: Partial<Sources> | null;
  readonly connected_at: string;
  readonly app?: string;
}

/** None for a connection that has closed: its operator may be back, the connection is not active. */
function sessionsOf(session: DeskSession): OperatorSession[] {
  if (session.sessionJson === undefined) return [];
  return [sessionOf(session, JSON.parse(session.sessionJson) as SessionFacts)];
}

function sessionOf(
  session: DeskSession,
  { sources, connected_at, app }: SessionFacts,
): OperatorSession {
  return {
    id: session.sessionId,
    operator_user: JSON.parse(session.userJson) as OperatorSession['operator_user'],
    sources: { widgets: sources?.widgets ?? null, departments: sources?.departments ?? null },
    connected_at,
    last_seen_at: new Date(session.lastSeenMs).toISOString(),
    ...(app !== undefined && { app }),
    node: session.nodeId,
  };
}
