/** `GET /hand-off`: what the customer's backend has not been told of yet. Its dead letters: listed, replayed, discarded. */
import type { DeadLetter, Outbox, OutboxState, ParkedChat, Replayed } from '@switchboard/bus';
import {
  deadLettersAnswer,
  deadLettersQuery,
  type DeadLettersQuery,
  discardAnswer,
  discardBody,
  type DiscardBody,
  handOffAnswer,
  type HandOffAnswer,
  replayAnswer,
  replayBody,
  type ReplayBody,
} from '@switchboard/protocol';
import type { FastifyInstance } from 'fastify';
import { documentedRoute } from '../route-schema.ts';

type Parts = Pick<Outbox, 'states' | 'deadLetters' | 'replay' | 'discard'>;

const tag = 'Hand-off';
const deadLetters = '/hand-off/dead-letters';

export function addHandOff(app: FastifyInstance, outbox: Parts): void {
  app.get('/hand-off', {
    schema: documentedRoute({
      operationId: 'getHandOff',
      summary: "What waits for the chat backend, by the deployment's partitions",
      description:
        'Events that the backend does not take are parked with their chat while others go on, and become dead letters when it refuses them or after `OUTBOX_RETRY_MAX_MS`.',
      tag,
      answer: handOffAnswer,
    }),
    handler: async () => ({ partitions: (await outbox.states()).map(describeState) }),
  });
  addListing(app, outbox);
  addRemedies(app, outbox);
}

function addListing(app: FastifyInstance, outbox: Parts): void {
  app.get<{ Querystring: DeadLettersQuery }>(deadLetters, {
    schema: documentedRoute({
      operationId: 'getDeadLetters',
      summary: 'Events that the chat backend refused, or that were tried for too long',
      description: 'Oldest first within a partition. They stay until replayed or discarded.',
      tag,
      answer: deadLettersAnswer,
      querystring: deadLettersQuery,
    }),
    handler: async ({ query: { chat_id: chatId, after, limit } }, reply) => {
      reply.type('application/json; charset=utf-8');
      const page = await outbox.deadLetters({
        limit,
        ...(chatId !== undefined && { chatId }),
        ...(after !== undefined && { after }),
      });
      const letters = page.letters.map(encodeLetter).join(',');
      return `{"letters":[${letters}],"next":${JSON.stringify(page.next ?? null)}}`;
    },
  });
}

function addRemedies(app: FastifyInstance, outbox: Parts): void {
  app.post<{ Body: ReplayBody }>(`${deadLetters}/replay`, {
    schema: documentedRoute({
      operationId: 'replayDeadLetters',
      summary: 'Try dead letters again',
      description:
        'They take their old place before the events of their chat that still wait, and are tried at once. Exactly one of `ids`, `chat_id` and `all`.',
      tag,
      body: replayBody,
      answer: replayAnswer,
    }),
    handler: async ({ body }) => ({ replayed: await outbox.replay(chosenBy(body)) }),
  });
  app.post<{ Body: DiscardBody }>(`${deadLetters}/discard`, {
    schema: documentedRoute({
      operationId: 'discardDeadLetters',
      summary: 'Throw dead letters away',
      tag,
      body: discardBody,
      answer: discardAnswer,
    }),
    handler: async ({ body }) => ({ discarded: await outbox.discard(body.ids) }),
  });
}

function chosenBy({ ids, chat_id: chatId }: ReplayBody): Replayed {
  if (ids) return { ids };
  return typeof chatId === 'string' ? { chatId } : 'all';
}

function describeState(state: OutboxState): HandOffAnswer['partitions'][number] {
  return {
    partition: state.partition,
    holder: state.holder ?? null,
    waiting: state.waiting,
    lag_ms: state.lagMs,
    parked_chats: state.parkedChats,
    parked_events: state.parkedEvents,
    parked: state.parked.map(describeParked),
    dead_letters: state.deadLetters,
  };
}

function describeParked({ chatId, failure, attempts, sinceMs, retryAtMs }: ParkedChat) {
  return {
    chat_id: chatId ?? null,
    ...failure,
    attempts,
    since: new Date(sinceMs).toISOString(),
    retry_at: new Date(retryAtMs).toISOString(),
  };
}

/** The event is final JSON: it is joined in, and neither parsed nor encoded again. */
function encodeLetter({ id, chatId, frame, failure, attempts, firstMs, lastMs }: DeadLetter) {
  const told = JSON.stringify({
    id,
    chat_id: chatId ?? null,
    ...failure,
    attempts,
    first_tried_at: new Date(firstMs).toISOString(),
    last_tried_at: new Date(lastMs).toISOString(),
  });
  return `${told.slice(0, -1)},"event":${frame}}`;
}
