/** The fields of a backend's answer, put into the message that it was asked about. */
import {
  createScalars,
  exceedsDepth,
  hasContent,
  messageSchema,
  parseJson,
  fieldErrors,
  type FieldError,
  type Limits,
  type Message,
} from '@switchboard/protocol';
import type { z } from 'zod';

const tooDeep: FieldError = { field: '', message: 'nests too deeply' };
const empty: FieldError = { field: 'text', message: 'nothing is left to be read' };

/** Undefined: with these fields it is no message that may be told. */
export type ReadFields = (
  message: Message,
  fields: Readonly<Record<string, unknown>> | undefined,
) => Message | undefined;

/** Who said it, where and to whom is not for an answer to change; `chat` is nobody's within a message. */
const keptFields: ReadonlySet<string> = new Set([
  'type',
  'type_role',
  'chat_id',
  'user',
  'client_message_id',
  'chat',
  '__proto__',
]);

/** @param onUnusable told the first field that is wrong */
export function createReadFields(
  limits: Limits,
  onUnusable: (error: FieldError) => void,
): ReadFields {
  const shape: Readonly<Record<string, z.ZodType>> = messageSchema(createScalars(limits)).shape;
  const unusable = (error: FieldError) => {
    onUnusable(error);
    return undefined;
  };
  return (message, fields) => {
    if (fields === undefined) return message;
    if (exceedsDepth(fields, limits.jsonDepthMax)) return unusable(tooDeep);
    const merged: Message = { ...message };
    // Field by field: what was sent is valid, and an answer says little.
    for (const [field, given] of Object.entries(fields)) {
      if (keptFields.has(field)) continue;
      const read = readField(Object.hasOwn(shape, field) ? shape[field] : undefined, given);
      if (!read.ok) return unusable(within(field, read.error));
      merged[field] = read.value;
    }
    return hasContent(merged) || merged.deleted_at != null ? merged : unusable(empty);
  };
}

type ReadField =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly error: FieldError | undefined };

/** @param schema absent: nobody knows the field, and it is passed on */
function readField(schema: z.ZodType | undefined, given: unknown): ReadField {
  const value = clean(given);
  if (schema === undefined) return { ok: true, value };
  const parsed = schema.safeParse(value);
  if (parsed.success) return { ok: true, value: parsed.data };
  return { ok: false, error: fieldErrors(parsed.error, 1)[0] };
}

/** As everything from outside it goes through `parseJson`, which drops keys that must not reach an object. */
function clean(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const parsed = parseJson(JSON.stringify(value));
  return parsed.ok ? parsed.value : undefined;
}

function within(field: string, { field: path, message }: FieldError = tooDeep): FieldError {
  return { field: path === '' ? field : `${field}.${path}`, message };
}
