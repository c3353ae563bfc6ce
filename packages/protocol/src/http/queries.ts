/** Query strings of ingress and bodies of our own calls. */
import { z } from 'zod';
import { isSet } from '../is-set.ts';
import { type Scalars, defaultScalars } from '../scalars.ts';

/** `?widget_id=` without a value filters nothing. */
function filterId(s: Scalars) {
  return z
    .string()
    .max(s.limits.idMaxChars)
    .transform((id) => (id === '' ? undefined : id))
    .pipe(z.string().optional())
    .optional();
}

export function onlineUsersQuerySchema(s: Scalars) {
  return z.object({
    widget_id: filterId(s).meta({ description: 'Sessions that are pushed chats of this widget.' }),
    department_id: filterId(s).meta({
      description: 'Sessions that are pushed chats of this department.',
    }),
    operator_id: filterId(s).meta({ description: 'Sessions of this operator.' }),
  });
}

export function chatEventsQuerySchema(s: Scalars) {
  const max = s.limits.historyMaxEvents;
  return z.object({
    since: z
      .string()
      .max(256)
      .optional()
      .meta({ description: 'A position; absent: from the oldest event kept.' }),
    limit: z.coerce
      .number()
      .int()
      .min(1)
      .max(max)
      .default(max)
      .meta({ description: `1 to ${max}.` }),
  });
}

export function chatParamsSchema(s: Scalars) {
  return z.object({ id: s.id });
}

/** Exactly one of `user_id`, `session_id` and `chat_id`. */
export function disconnectBodySchema(s: Scalars) {
  return z
    .object({
      user_id: s.id.nullish(),
      session_id: s.id.nullish(),
      chat_id: s.id.nullish(),
      reason: z.string().max(s.limits.wordMaxChars).nullish(),
      revoke: z
        .boolean()
        .nullish()
        .meta({ description: 'Also deny the tokens for the rest of their lives.' }),
    })
    .refine(
      ({ user_id, session_id, chat_id }) =>
        [user_id, session_id, chat_id].filter(isSet).length === 1,
      {
        error: 'exactly one of user_id, session_id and chat_id is required',
      },
    )
    .meta({ title: 'DisconnectBody' });
}

/** One call within `/batch`, judged on its own when its turn comes. */
export function batchItemSchema() {
  return z
    .object({
      path: z
        .string()
        .max(64)
        .meta({ description: 'Path of a POST or PUT of this API, without the base.' }),
      method: z.enum(['POST', 'PUT', 'PATCH']).optional().meta({ description: 'Default POST.' }),
      body: z.unknown(),
    })
    .meta({ title: 'BatchItem' });
}

export function batchBodySchema(s: Scalars) {
  return z.array(batchItemSchema()).max(s.limits.batchItemsMax).meta({ title: 'BatchBody' });
}

export const onlineUsersQuery = onlineUsersQuerySchema(defaultScalars);
export const chatEventsQuery = chatEventsQuerySchema(defaultScalars);
export const chatParams = chatParamsSchema(defaultScalars);
export const disconnectBody = disconnectBodySchema(defaultScalars);
export const batchItem = batchItemSchema();
export const batchBody = batchBodySchema(defaultScalars);

export type OnlineUsersQuery = z.output<typeof onlineUsersQuery>;
export type ChatEventsQuery = z.output<typeof chatEventsQuery>;
export type DisconnectBody = z.output<typeof disconnectBody>;
export type BatchItem = z.output<typeof batchItem>;
