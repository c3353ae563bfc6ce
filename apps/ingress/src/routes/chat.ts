/** `POST /update/chat`: what is known of a chat has changed. */
import { type Chat, chatFacts, chatUpdated, eventAnswer } from '@switchboard/protocol';
import { eventAnswerOf } from '../event-answer.ts';
import type { Operation } from '../operation.ts';
import type { Parts } from '../parts.ts';

const path = '/update/chat';

/** @param clientsCopy whether clients in the room get a trimmed copy */
export function chatOperation(parts: Parts, clientsCopy: boolean): Operation<Chat> {
  const { schemas, append, idempotency, stamp } = parts;
  return {
    method: 'POST',
    path,
    tag: 'Chats',
    operationId: 'updateChat',
    summary: 'Tell operators of a change in a chat',
    description:
      'Goes to the operators whose sources match the chat as it was or as it is. Fields are remembered for the routing of later events; a `version` lower than the known one changes nothing there.',
    body: schemas.chat,
    answer: eventAnswer,
    chatIdOf: (body) => body.id,
    run: (body, call) =>
      idempotency.run({ call, path, chatId: body.id }, async (keys) => {
        const event = chatUpdated(body, stamp(), { clientsCopy });
        return eventAnswerOf(await append({ event, chat: chatFacts(body), ...keys() }));
      }),
  };
}
