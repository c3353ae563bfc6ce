/** `GET /chats/{id}/members`: who is in the room now. */
import type { Member, Presence } from '@switchboard/bus';
import { membersAnswer, type MembersAnswer } from '@switchboard/protocol';
import type { FastifyInstance } from 'fastify';
import { documentedRoute } from '../route-schema.ts';
import type { Schemas } from '../schemas.ts';

export interface MembersOptions {
  readonly schemas: Pick<Schemas, 'chatParams'>;
  readonly presence: Pick<Presence, 'members'>;
  /** How many users are listed at most. */
  readonly maxUsers: number;
}

export function addMembers(app: FastifyInstance, options: MembersOptions): void {
  const { schemas, presence, maxUsers } = options;
  app.get<{ Params: { id: string } }>('/chats/:id/members', {
    schema: documentedRoute({
      operationId: 'getChatMembers',
      summary: 'The users in the room of a chat',
      description: `At most ${maxUsers} of them.`,
      tag: 'Chats',
      answer: membersAnswer,
      params: schemas.chatParams,
    }),
    handler: async ({ params }) => {
      const { members } = await presence.members(params.id, maxUsers);
      return members.map(memberOf);
    },
  });
}

function memberOf({ userJson, sessions, sinceMs }: Member): MembersAnswer[number] {
  return {
    user: JSON.parse(userJson) as MembersAnswer[number]['user'],
    connections: sessions.length,
    since: new Date(sinceMs).toISOString(),
  };
}
