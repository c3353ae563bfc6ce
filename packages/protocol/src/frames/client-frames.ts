/** What a client sends: the payload of each event. Unknown fields are dropped, wrong types refused. */
import { z } from 'zod';
import { attachmentFields } from '../entities/attachment.ts';
import { postbackFields } from '../entities/message.ts';
import { type Scalars, defaultScalars, messageTypes } from '../scalars.ts';

export const clientEvents = [
  'sendMessage',
  'markMessageDelivered',
  'markMessageRead',
  'updateTyping',
  'ping',
  'refreshToken',
] as const;

export type ClientEvent = (typeof clientEvents)[number];

/** Schemas of `data` by event. */
export function clientDataSchemas(s: Scalars) {
  const receipt = receiptSchema(s);
  return {
    sendMessage: sendMessageSchema(s),
    markMessageDelivered: receipt,
    markMessageRead: receipt,
    updateTyping: updateTypingSchema(s),
    ping: z.object({}),
    refreshToken: z.object({ token: s.bytes(s.limits.tokenMaxBytes).min(1) }),
  };
}

function sendMessageSchema(s: Scalars) {
  return z
    .object({
      client_message_id: s.clientMessageId
        .nullish()
        .meta({ description: 'Protects against a double send for 24 h.' }),
      type: z
        .enum(['standard', 'note'])
        .nullish()
        .meta({ description: 'Clients: `standard` only. Default `standard`.' }),
      text: s.text.nullish(),
      format: s.word('plain', 'markdown', 'html').nullish(),
      attachments: z
        .array(z.object(attachmentFields(s)))
        .max(s.limits.attachmentsMax)
        .nullish(),
      postback: z.object(postbackFields(s)).nullish(),
      reply_to: s.id.nullish(),
      meta: s.meta.nullish(),
    })
    .refine(hasContent, {
      path: ['text'],
      error: 'one of text, attachments and postback is required',
    });
}

/** A message is something to read, something to open or something that was chosen. */
export function hasContent(message: {
  text?: string | null | undefined;
  attachments?: readonly unknown[] | null | undefined;
  postback?: object | null | undefined;
}): boolean {
  return Boolean(message.text) || Boolean(message.attachments?.length) || Boolean(message.postback);
}

function receiptSchema(s: Scalars) {
  return z.object({
    message_id: s.id,
    up_to: flag('True: also everything before it that the reader did not write.'),
    type: z.enum(messageTypes).nullish(),
  });
}

function updateTypingSchema(s: Scalars) {
  return z.object({
    is_typing: z.boolean(),
    is_private: flag('An operator composing a note.'),
    preview: s.bytes(s.limits.previewMaxBytes).nullish(),
  });
}

function flag(description: string) {
  return z
    .boolean()
    .nullish()
    .transform((value) => value ?? false)
    .pipe(z.boolean())
    .meta({ description: `${description} Default false.` });
}

export const clientData = clientDataSchemas(defaultScalars);

/** The payload of a client's event, validated. */
export type ClientData = { [E in ClientEvent]: z.output<(typeof clientData)[E]> };

/** A whole client frame per event, for documents and for clients that check what they send. */
export const clientFrames = {
  sendMessage: frameOf('sendMessage', clientData.sendMessage),
  markMessageDelivered: frameOf('markMessageDelivered', clientData.markMessageDelivered),
  markMessageRead: frameOf('markMessageRead', clientData.markMessageRead),
  updateTyping: frameOf('updateTyping', clientData.updateTyping),
  ping: frameOf('ping', clientData.ping),
  refreshToken: frameOf('refreshToken', clientData.refreshToken),
};

function frameOf<E extends ClientEvent, D extends z.ZodType>(event: E, data: D) {
  const id = z.string().max(defaultScalars.limits.requestIdMaxChars);
  return z.object({
    event: z.literal(event),
    id: id
      .nullish()
      .meta({ description: "The client's own request id; answers carry it as `request_id`." }),
    data,
  });
}

/** A validated frame of a client. */
export type ClientFrame = {
  [E in ClientEvent]: {
    readonly event: E;
    readonly data: ClientData[E];
    readonly requestId?: string;
  };
}[ClientEvent];
