/** What the server sends: one schema per event. Plain JSON, ids are strings, timestamps UTC. */
import { z } from 'zod';
import { chat } from '../entities/chat.ts';
import { message } from '../entities/message.ts';
import { operator } from '../entities/operator.ts';
import { user } from '../entities/user.ts';
import { frameErrorCodes, notAddedCodes } from '../errors.ts';
import { defaultScalars as s } from '../scalars.ts';

const presentUser = z.object({ chat_id: s.id, user });
const operatorUser = z.object({ operator_user: user });

/** `{id, chat_id, type?, updated_at}` and the fields of the update. */
const updatedMessage = message
  .partial()
  .extend({ id: s.id, chat_id: s.id, updated_at: s.timestamp })
  .meta({ title: 'UpdatedMessage', description: 'Ids and what has changed' });

const messageAdded = z.object({
  message,
  chat: chat.optional().meta({ description: 'On `/broadcast`, as far as it is known.' }),
});

const messageNotAdded = z.object({
  client_message_id: z.string().nullable(),
  chat_id: s.id,
  code: z.enum(notAddedCodes),
  message: z.string(),
  retryable: z.boolean(),
  retry_after_ms: s.count.optional(),
  field: z.string().optional(),
  reason: s.word().optional().meta({ description: "The backend's own code." }),
});

const messageUpdated = z.object({
  message: updatedMessage,
  changed: z
    .array(z.string())
    .meta({ description: 'Names of the changed fields; empty when a receipt changed nothing.' }),
  by: user.optional(),
  up_to: z.boolean().optional(),
});

const typingUpdated = z.object({
  chat_id: s.id,
  user,
  is_typing: z.boolean(),
  is_private: z.boolean().optional(),
  preview: z
    .string()
    .optional()
    .meta({ description: 'What a visitor has typed so far; operators in the room only.' }),
  expires_in_ms: s.count,
});

const userDisconnected = presentUser.extend({
  reason: s.word('left', 'timeout', 'kicked').optional(),
});

const notification = z
  .looseObject({
    kind: s.word().nullish(),
    title: z.string().nullish(),
    text: z.string().nullish(),
    level: s.word('info', 'warning', 'critical').nullish(),
    url: z.string().nullish(),
  })
  .meta({ title: 'Notification' });

const chatNotification = z.object({ chat, notification: notification.nullish() });

const connected = z.object({
  session_id: z.string(),
  user,
  chat_id: s.id.optional(),
  members: z
    .array(user)
    .optional()
    .meta({ description: 'Users present, oneself included; the first 200.' }),
  members_total: s.count.optional(),
  operators: z
    .array(user)
    .optional()
    .meta({ description: 'On `/broadcast`: who is online; the first 1 000, in no order.' }),
  operators_total: s.count.optional(),
  resumed: z
    .boolean()
    .optional()
    .meta({ description: 'Present when `since` was given: whether it was honoured.' }),
  position: z.string().meta({ description: 'A complete `since`.' }),
  limits: z.object({
    frame_max_bytes: s.count,
    text_max_bytes: s.count,
    attachments_max: s.count,
    meta_max_bytes: s.count,
    preview_max_bytes: s.count,
    client_message_id_max_chars: s.count,
    request_id_max_chars: s.count,
    history_max_events: s.count,
    typing_ttl_ms: s.count,
    typing_repeat_ms: s.count,
  }),
  heartbeat: z.object({ ping_after_ms: s.count, pong_timeout_ms: s.count }),
});

const error = z.object({
  code: z.enum(frameErrorCodes),
  message: z.string(),
  field: z.string().optional(),
  retry_after_ms: s.count.optional(),
});

const disconnecting = z.object({
  reason: z.string().meta({ description: 'A name of the close codes.' }),
  reconnect: z.boolean(),
  retry_after_ms: s.count.optional(),
});

/** Schemas of `data` by event. */
export const serverData = {
  messageAdded,
  messageNotAdded,
  messageUpdated,
  typingUpdated,
  userConnected: presentUser,
  userDisconnected,
  chatUpdated: z.object({ chat }),
  operatorUpdated: z.object({ operator }),
  globalUpdated: z.looseObject({}),
  chatNotification,
  connected,
  caughtUp: z.object({ count: s.count }),
  error,
  pong: z.object({}),
  checkpoint: z.object({ position: z.string() }),
  tokenExpiring: z.object({ expires_in_ms: s.count }),
  tokenRefreshed: z.object({ expires_in_ms: s.count }),
  operatorConnected: operatorUser,
  operatorDisconnected: operatorUser,
  disconnecting,
};

type Schemas = typeof serverData;
export type ServerEvent = keyof Schemas;
export const serverEvents = Object.keys(serverData) as ServerEvent[];

/** The payload of a server's event. */
export type ServerData = { [E in ServerEvent]: z.output<Schemas[E]> };

/** The events of the published API 0.0.21; all others are our own and may be ignored. */
export const seedServerEvents = [
  'messageAdded',
  'messageNotAdded',
  'messageUpdated',
  'typingUpdated',
  'userConnected',
  'userDisconnected',
  'chatUpdated',
  'operatorUpdated',
  'globalUpdated',
  'chatNotification',
] as const satisfies readonly ServerEvent[];

const repeated = z.literal(true).optional().meta({
  description: 'The answer to a repeated `sendMessage`: the same message, to that socket alone.',
});

function frameOf<E extends ServerEvent>(event: E, data: Schemas[E]) {
  return z.object({
    event: z.literal(event),
    event_id: z
      .string()
      .optional()
      .meta({ description: 'Unique; absent where the frame only answers.' }),
    ts: z.iso.datetime().meta({ description: 'When it was accepted; a replay keeps it.' }),
    chat_id: s.id.optional().meta({ description: 'The room.' }),
    position: z
      .string()
      .optional()
      .meta({ description: 'Resume position, opaque; logged events only.' }),
    request_id: z.string().optional().meta({ description: 'The `id` of the frame it answers.' }),
    ...(event === 'messageAdded' && { duplicate: repeated }),
    data,
  });
}

type FrameSchemas = { [E in ServerEvent]: ReturnType<typeof frameOf<E>> };

/** Schemas of whole frames by event. */
export const serverFrames = Object.fromEntries(
  serverEvents.map((event) => [event, frameOf(event, serverData[event])]),
) as unknown as FrameSchemas;

/** Any frame of the server. */
export type ServerFrame = {
  [E in ServerEvent]: {
    readonly event: E;
    readonly event_id?: string;
    readonly ts: string;
    readonly chat_id?: string;
    readonly position?: string;
    readonly request_id?: string;
    /** `messageAdded` in answer to a repeated `sendMessage`. */
    readonly duplicate?: true;
    readonly data: ServerData[E];
  };
}[ServerEvent];
