/** `GET /chats/{id}/events`: what the log of a chat still holds, as operators read it. */
import type { EventLog } from '@switchboard/bus';
import { chatEventsAnswer, type ChatEventsQuery } from '@switchboard/protocol';
import type { FastifyInstance } from 'fastify';
import { documentedRoute } from '../route-schema.ts';
import type { Schemas } from '../schemas.ts';

export interface ChatEventsOptions {
  readonly schemas: Pick<Schemas, 'chatEventsQuery' | 'chatParams'>;
  readonly log: Pick<EventLog, 'readRoom'>;
}

interface Request {
  Params: { id: string };
  Querystring: ChatEventsQuery;
}

export function addChatEvents(app: FastifyInstance, { schemas, log }: ChatEventsOptions): void {
  app.get<Request>('/chats/:id/events', {
    schema: documentedRoute({
      operationId: 'getChatEvents',
      summary: 'The logged events of a chat, oldest first',
      description: '`complete: false`: events between `since` and the first one are gone.',
      tag: 'Chats',
      answer: chatEventsAnswer,
      params: schemas.chatParams,
      querystring: schemas.chatEventsQuery,
    }),
    handler: async ({ params, query }, reply) => {
      reply.type('application/json; charset=utf-8');
      return encode(await log.readRoom(params.id, query.since, query.limit));
    },
  });
}

const decoder = new TextDecoder();

/** Frames are final JSON: they are joined, and neither parsed nor encoded again. */
function encode({
  events,
  next,
  complete,
  more,
}: Awaited<ReturnType<EventLog['readRoom']>>): string {
  const frames = events.map(({ frame }) => decoder.decode(frame)).join(',');
  return `{"events":[${frames}],"next":${more ? JSON.stringify(next) : null},"complete":${complete}}`;
}
