/** The small schemas that every entity and frame is made of. Plain JSON in and out. */
import { z } from 'zod';
import { exceedsDepth } from './json.ts';
import { type Limits, defaultLimits } from './limits.ts';
import { normalizeTimestamp } from './timestamp.ts';
import { exceedsUtf8 } from './utf8-length.ts';

export const messageTypes = ['standard', 'system', 'note', 'bot'] as const;
export type MessageType = (typeof messageTypes)[number];

export const typeRoles = ['client', 'operator'] as const;
export type TypeRole = (typeof typeRoles)[number];

export const userRoles = ['client', 'operator', 'bot', 'system'] as const;
export type UserRole = (typeof userRoles)[number];

/** PHP encodes an empty object so. */
export const emptyArray = z.array(z.unknown()).max(0, 'must be an object');

/** Lone surrogates become one and the same character in UTF-8: two ids would become one. */
const LONE_SURROGATE = /\p{Surrogate}/u;

/** The scalars under given limits. Everything that takes `Scalars` is built once per `Limits`. */
export function createScalars(limits: Limits) {
  return {
    limits,
    id: idSchema(limits),
    clientMessageId: clientMessageIdSchema(limits),
    timestamp: timestampSchema(),
    text: textSchema(limits),
    url: urlSchema(limits),
    meta: freeObjectSchema(limits, limits.metaMaxBytes),
    vars: freeObjectSchema(limits, limits.httpBodyMaxBytes),
    value: freeValueSchema(limits),
    word: (...known: string[]) => wordSchema(limits, known),
    count: z.int().min(0),
    bytes: (maxBytes: number) => bytesSchema(maxBytes),
  };
}

export type Scalars = ReturnType<typeof createScalars>;

export const defaultScalars = createScalars(defaultLimits);

function idSchema({ idMaxChars }: Limits) {
  const rule = `must be a string of 1 to ${idMaxChars} characters or a safe integer`;
  const text = z.string().min(1, rule).max(idMaxChars, rule);
  const wellFormed = text.refine((value) => !LONE_SURROGATE.test(value), rule);
  return z
    .union([wellFormed, z.int(rule)], { error: rule })
    .transform(String)
    .pipe(text)
    .meta({ description: 'An id. `5` and `"5"` are one id; sent as a string.' });
}

function clientMessageIdSchema({ clientMessageIdMaxChars }: Limits) {
  const rule = 'must not have half a character';
  return z
    .string()
    .min(1)
    .max(clientMessageIdMaxChars)
    .refine((value) => !LONE_SURROGATE.test(value), rule);
}

function timestampSchema() {
  const rule = 'must be an RFC 3339 timestamp with an offset';
  return z
    .string({ error: rule })
    .transform((text, context) => {
      const normal = normalizeTimestamp(text);
      if (normal !== undefined) return normal;
      context.addIssue({ code: 'custom', message: rule });
      return z.NEVER;
    })
    .pipe(z.string())
    .meta({
      description: 'RFC 3339 with offset; sent in UTC with milliseconds.',
      format: 'date-time',
    });
}

function textSchema({ textMaxBytes }: Limits) {
  return z
    .string()
    .refine((text) => !exceedsUtf8(text, textMaxBytes), {
      error: `must not be longer than ${textMaxBytes} bytes of UTF-8`,
      params: { code: 'message_too_long' },
    })
    .meta({ description: `At most ${textMaxBytes} bytes of UTF-8.` });
}

function bytesSchema(maxBytes: number) {
  return z.string().refine((text) => !exceedsUtf8(text, maxBytes), {
    error: `must not be longer than ${maxBytes} bytes of UTF-8`,
  });
}

function urlSchema({ urlMaxChars }: Limits) {
  return z
    .string()
    .max(urlMaxChars)
    .refine(isWebUrl, { error: 'must be an http or https URL' })
    .meta({ description: 'An absolute http or https URL.', format: 'uri' });
}

/** `new URL` alone would take ` http:x` and URLs with tabs in them. */
function isWebUrl(text: string): boolean {
  return /^https?:\/\/[^\s\p{Cc}]+$/iu.test(text) && URL.canParse(text);
}

/** An object of anything. */
function freeObjectSchema({ jsonDepthMax }: Limits, maxBytes: number) {
  const object = z.record(z.string(), z.unknown());
  return z
    .union([object, emptyArray], { error: 'must be an object' })
    .transform((value) => (Array.isArray(value) ? {} : value))
    .pipe(object)
    .refine((value) => !exceedsJson(value, jsonDepthMax, maxBytes), {
      error: `must not be longer than ${maxBytes} bytes as JSON`,
    });
}

function freeValueSchema({ jsonDepthMax, metaMaxBytes }: Limits) {
  return z.unknown().refine((value) => !exceedsJson(value, jsonDepthMax, metaMaxBytes), {
    error: `must not be longer than ${metaMaxBytes} bytes as JSON`,
  });
}

/** Depth first: `JSON.stringify` recurses and throws on what is too deep. */
function exceedsJson(value: unknown, maxDepth: number, maxBytes: number): boolean {
  if (exceedsDepth(value, maxDepth)) return true;
  return exceedsUtf8(JSON.stringify(value) ?? '', maxBytes);
}

function wordSchema({ wordMaxChars }: Limits, known: readonly string[]) {
  const schema = z.string().max(wordMaxChars);
  if (known.length === 0) return schema;
  return schema.meta({ description: `Known: ${known.join(', ')}. Any word passes.` });
}
