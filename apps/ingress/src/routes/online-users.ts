/** `GET /online-users`: who is at the desk, one item for each live `/broadcast` connection. */
import type { Presence } from '@switchboard/bus';
import { onlineUsersAnswer, type OnlineUsersQuery } from '@switchboard/protocol';
import type { FastifyInstance } from 'fastify';
import { createOnlineList } from '../online-list.ts';
import { documentedRoute } from '../route-schema.ts';
import type { Schemas } from '../schemas.ts';

export interface OnlineUsersOptions {
  readonly schemas: Pick<Schemas, 'onlineUsersQuery'>;
  readonly presence: Pick<Presence, 'desk'>;
}

export function addOnlineUsers(
  app: FastifyInstance,
  { schemas, presence }: OnlineUsersOptions,
): void {
  const list = createOnlineList();
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
    handler: async ({ query }, reply) =>
      reply.type('application/json').send(await list.encode(await presence.desk(), query)),
  });
}
