import { z } from 'zod';
import { type Scalars, defaultScalars, messageTypes, typeRoles } from '../scalars.ts';
import { attachmentSchema } from './attachment.ts';
import { messageUserSchema, userSchema } from './user.ts';

/** All fields but `id`, `chat_id`, `type` and `chat`, which each use of a message requires differently. */
export function messageFields(s: Scalars) {
  return {
    type_role: z.enum(typeRoles).nullish(),
    user: messageUserSchema(s).nullish(),
    text: s.text.nullish(),
    attachments: z.array(attachmentSchema(s)).max(s.limits.attachmentsMax).nullish(),
    postback: z.looseObject(postbackFields(s)).nullish(),
    format: s.word('plain', 'markdown', 'html').nullish(),
    client_message_id: s.clientMessageId.nullish(),
    reply_to: replyToSchema(s).nullish(),
    actions: z.array(actionSchema(s)).nullish(),
    system: z.looseObject({ code: s.word(), vars: s.vars.nullish() }).nullish(),
    status: s.word('sent', 'delivered', 'read', 'failed').nullish(),
    created_at: s.timestamp.nullish(),
    updated_at: s.timestamp.nullish(),
    edited_at: s.timestamp.nullish(),
    deleted_at: s.timestamp.nullish(),
    delivered_at: s.timestamp.nullish(),
    read_at: s.timestamp.nullish(),
    language: s.word().nullish(),
    meta: s.meta.nullish(),
  };
}

export function postbackFields(s: Scalars) {
  return { action_id: s.id, value: s.value.optional() };
}

function replyToSchema(s: Scalars) {
  return z.looseObject({
    id: s.id,
    text: z.string().nullish(),
    user: userSchema(s).nullish(),
  });
}

function actionSchema(s: Scalars) {
  return z.looseObject({
    id: s.id,
    label: z.string(),
    type: s.word().nullish(),
    value: s.value.optional(),
  });
}

/** A message as it is told to everyone who may see it: never with `chat`. */
export function messageSchema(s: Scalars) {
  return z
    .looseObject({ id: s.id, chat_id: s.id, type: z.enum(messageTypes), ...messageFields(s) })
    .meta({ title: 'Message', description: 'Message related information' });
}

/** `Chat.last_message`: what the backend says of it; the chat around it is the chat. */
export function lastMessageSchema(s: Scalars) {
  return z
    .looseObject({
      ...messageFields(s),
      id: s.id,
      chat_id: s.id.nullish(),
      type: z.enum(messageTypes).nullish(),
      user: userSchema(s).nullish(),
    })
    .meta({ title: 'LastMessage', description: 'The newest message of a chat' });
}

export const message = messageSchema(defaultScalars);
export type Message = z.output<typeof message>;
