/** Bodies of `POST /message` and `PUT /message`: what a backend says of a message. */
import { z } from 'zod';
import { chatSchema } from '../entities/chat.ts';
import { messageFields } from '../entities/message.ts';
import { hasContent } from '../frames/client-frames.ts';
import { isSet } from '../is-set.ts';
import { exceedsDepth } from '../json.ts';
import { type Scalars, defaultScalars, messageTypes } from '../scalars.ts';

interface Addressed {
  readonly chat_id?: string | null | undefined;
  readonly chat?: { readonly id: string } | null | undefined;
}

/** A new message. In the result `chat_id` is always set. */
export function messageBodySchema(s: Scalars) {
  return z
    .looseObject({
      id: s.id,
      chat_id: s.id.nullish(),
      type: z.enum(messageTypes),
      ...messageFields(s),
      chat: chatSchema(s).nullish(),
    })
    .superRefine(checkChat)
    .superRefine(checkTypeRole)
    .superRefine((body, context) => {
      if (hasContent(body) || isSet(body.deleted_at)) return;
      issue(context, 'text', 'one of text, attachments and postback is required');
    })
    .superRefine(depthCheck(s))
    .transform((body) => ({ ...body, chat_id: chatIdOf(body) }))
    .meta({ title: 'MessageBody', description: 'Message related information' });
}

/** Fields of a message that was added before. In the result `chat_id` is always set. */
export function messageUpdateBodySchema(s: Scalars) {
  return z
    .looseObject({
      id: s.id,
      chat_id: s.id.nullish(),
      type: z.enum(messageTypes).nullish(),
      ...messageFields(s),
      chat: chatSchema(s).nullish(),
    })
    .superRefine(checkChat)
    .superRefine((body, context) => {
      if (isSet(body.type)) checkTypeRole({ ...body, type: body.type }, context);
    })
    .superRefine(depthCheck(s))
    .transform((body) => ({ ...body, chat_id: chatIdOf(body) }))
    .meta({
      title: 'MessageUpdateBody',
      description: 'Message related information: ids and what has changed',
    });
}

/** Nesting that no encoder must be asked to follow: loose bodies pass on what they do not know. */
export function depthCheck({ limits }: Scalars) {
  return (body: unknown, context: z.RefinementCtx) => {
    if (exceedsDepth(body, limits.jsonDepthMax)) {
      issue(context, undefined, `must not nest deeper than ${limits.jsonDepthMax}`);
    }
  };
}

export function issue(context: z.RefinementCtx, field: string | undefined, message: string): void {
  const path = field === undefined ? [] : field.split('.');
  context.addIssue({ code: 'custom', path, message });
}

function checkChat(body: Addressed, context: z.RefinementCtx): void {
  if (!isSet(body.chat_id) && !isSet(body.chat)) {
    issue(context, 'chat_id', 'chat_id or chat.id is required');
  } else if (isSet(body.chat_id) && isSet(body.chat) && body.chat_id !== body.chat.id) {
    issue(context, 'chat.id', 'must be equal to chat_id');
  }
}

function checkTypeRole(
  body: { type: string; type_role?: string | null | undefined },
  context: z.RefinementCtx,
): void {
  if (body.type === 'system' && !isSet(body.type_role)) {
    issue(context, 'type_role', 'is required when type is system');
  } else if (body.type !== 'system' && isSet(body.type_role)) {
    issue(context, 'type_role', 'is for type system only');
  }
}

function chatIdOf(body: Addressed): string {
  // checkChat has seen to it that one of them is there.
  return body.chat_id ?? body.chat?.id ?? '';
}

export const messageBody = messageBodySchema(defaultScalars);
export const messageUpdateBody = messageUpdateBodySchema(defaultScalars);
export type MessageBody = z.output<typeof messageBody>;
export type MessageUpdateBody = z.output<typeof messageUpdateBody>;
