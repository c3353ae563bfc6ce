import { z } from 'zod';
import { type Scalars, defaultScalars } from '../scalars.ts';
import { lastMessageSchema } from './message.ts';
import { namedSchema } from './sources.ts';
import { userSchema } from './user.ts';

export const chatStatuses = ['new', 'queued', 'open', 'pending', 'snoozed', 'closed'] as const;

export function chatFields(s: Scalars) {
  const user = userSchema(s);
  const named = namedSchema(s);
  return {
    id: s.id,
    status: s.word(...chatStatuses).nullish(),
    client_user: user.nullish(),
    operator_user: user.nullish(),
    operator_users: z.array(user).nullish(),
    widget: named.nullish(),
    department: named.nullish(),
    channel: s.word().nullish(),
    queue: queueSchema(s).nullish(),
    unread: z.looseObject({ client: s.count.nullish(), operator: s.count.nullish() }).nullish(),
    last_message: lastMessageSchema(s).nullish(),
    tags: z.array(z.union([z.string(), named])).nullish(),
    priority: z.union([z.number(), s.word()]).nullish(),
    subject: z.string().nullish(),
    rating: z.union([z.number(), s.word(), z.looseObject({})]).nullish(),
    created_at: s.timestamp.nullish(),
    updated_at: s.timestamp.nullish(),
    last_message_at: s.timestamp.nullish(),
    closed_at: s.timestamp.nullish(),
    closed_by: user.nullish(),
    transferred_from: z.union([named, s.id]).nullish(),
    version: z.number().nullish(),
    meta: s.meta.nullish(),
  };
}

function queueSchema(s: Scalars) {
  return z.looseObject({
    position: s.count.nullish(),
    wait_time: z.number().min(0).nullish(),
    queued_at: s.timestamp.nullish(),
  });
}

export function chatSchema(s: Scalars) {
  return z
    .looseObject(chatFields(s))
    .meta({ title: 'Chat', description: 'Additional chat information' });
}

export const chat = chatSchema(defaultScalars);
export type Chat = z.output<typeof chat>;
