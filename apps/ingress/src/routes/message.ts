/** `POST /message`: a new message. `PUT` and `PATCH /message`: what has changed about one. */
import type { AppendRequest, MessageFacts, RecalledMessage } from '@switchboard/bus';
import {
  chatFacts,
  type KnownType,
  type Message,
  messageAdded,
  messageAnswer,
  type MessageAnswer,
  type MessageBody,
  type MessageUpdateBody,
  messageUpdated,
  type UserKey,
} from '@switchboard/protocol';
import type { Accepted } from '../append.ts';
import type { AnyOperation, Call, Operation } from '../operation.ts';
import type { Parts } from '../parts.ts';
import { problem } from '../problem.ts';

const path = '/message';
const tag = 'Messages';

export function messageOperations(parts: Parts): AnyOperation[] {
  return [createMessage(parts), updateMessage(parts, 'PUT'), updateMessage(parts, 'PATCH')];
}

function createMessage({ schemas, append, idempotency, stamp }: Parts): Operation<MessageBody> {
  return {
    method: 'POST',
    path,
    tag,
    operationId: 'createMessage',
    summary: 'Tell the users of a chat of a new message',
    description:
      'A `message.id` that is known in the chat (24 h) gets the first answer with `duplicate: true`, and nothing is emitted. So does the `client_message_id` of a user whose message with it was added already.',
    body: schemas.message,
    answer: messageAnswer,
    chatIdOf: (body) => body.chat_id,
    run: (body, call) =>
      idempotency.run({ call, path, chatId: body.chat_id }, async (keys) => {
        const event = messageAdded(body, stamp());
        const request = { event, message: messageFacts(body), ...chatOf(body), ...keys() };
        const handedOff = { outbox: 'posted_messages' as const, ...fulfilledBy(body) };
        return answer(body.id, await append({ ...request, ...handedOff }));
      }),
  };
}

function updateMessage(parts: Parts, method: 'PUT' | 'PATCH'): Operation<MessageUpdateBody> {
  return {
    method,
    path,
    tag,
    operationId: method === 'PUT' ? 'updateMessage' : 'patchMessage',
    summary: 'Tell the users of a chat what has changed about a message',
    description:
      'Absent fields are unchanged. `type` may be left out within 24 h and never be changed.',
    body: parts.schemas.messageUpdate,
    answer: messageAnswer,
    chatIdOf: (body) => body.chat_id,
    run: (body, call) => update(parts, body, call),
  };
}

function update(parts: Parts, body: MessageUpdateBody, call: Call): Promise<MessageAnswer> {
  const { bus, append, idempotency, stamp } = parts;
  return idempotency.run({ call, path, chatId: body.chat_id }, async (keys) => {
    const known = typeOf(body, await bus.log.recall(body.chat_id, body.id));
    const event = messageUpdated(body as Message, known, stamp());
    const request = { event, outbox: 'updates' as const, ...chatOf(body), ...keys() };
    return answer(body.id, await append(request));
  });
}

/** The type decides who may see the update: it comes from the message, and never from a wish to change it. */
function typeOf(body: MessageUpdateBody, recalled: RecalledMessage | undefined): KnownType {
  const { type, type_role: typeRole } = body;
  if (recalled === undefined) {
    if (!isSet(type))
      throw problem('type_required', { errors: [{ field: 'type', message: 'is required' }] });
    return { type, typeRole };
  }
  if (isSet(type) && type !== recalled.type) throw immutable('type');
  if (isSet(typeRole) && typeRole !== recalled.typeRole) throw immutable('type_role');
  return recalled;
}

function immutable(field: string) {
  return problem('type_immutable', { errors: [{ field, message: 'may not be changed' }] });
}

function messageFacts(body: MessageBody): MessageFacts {
  const { id, type, type_role: typeRole } = body;
  const author = authorOf(body);
  return {
    messageId: id,
    type,
    ...(isSet(typeRole) && { typeRole }),
    ...(author !== undefined && { author }),
  };
}

/** A person; messages of bots and systems are nobody's. */
function authorOf({ user }: MessageBody): UserKey | undefined {
  if (user?.role !== 'client' && user?.role !== 'operator') return undefined;
  return `${user.role}:${user.id}`;
}

/** What a person sent over a socket and the backend posts in its place. */
function fulfilledBy(body: MessageBody): Pick<AppendRequest, 'fulfils'> {
  const user = authorOf(body);
  const { client_message_id: clientMessageId } = body;
  if (user === undefined || !isSet(clientMessageId)) return {};
  return { fulfils: { user, clientMessageId } };
}

function chatOf({ chat }: MessageBody | MessageUpdateBody): Partial<Pick<AppendRequest, 'chat'>> {
  return isSet(chat) ? { chat: chatFacts(chat) } : {};
}

function answer(id: string, accepted: Accepted): MessageAnswer {
  const { messageId = id, eventId, position, duplicate, present } = accepted;
  return { id: messageId, event_id: eventId, position, duplicate, present };
}

function isSet<T>(value: T): value is NonNullable<T> {
  return value !== undefined && value !== null;
}
