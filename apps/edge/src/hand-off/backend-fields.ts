/** The fields of a backend's answer, put into the message that it was asked about. */
import {
  createScalars,
  exceedsDepth,
  hasContent,
  messageUpdateBodySchema,
  parseJson,
  fieldErrors,
  type FieldError,
  type Limits,
  type Message,
} from '@switchboard/protocol';

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
]);

/** @param onUnusable told the first field that is wrong */
export function createReadFields(
  limits: Limits,
  onUnusable: (error: FieldError) => void,
): ReadFields {
  const unusable = (error: FieldError) => {
    onUnusable(error);
    return undefined;
  };
  // What was sent is valid: to check the whole again would cost three times as much.
  const schema = messageUpdateBodySchema(createScalars(limits));
  return (message, fields) => {
    if (fields === undefined) return message;
    if (exceedsDepth(fields, limits.jsonDepthMax)) return unusable(tooDeep);
    const { id, chat_id } = message;
    const parsed = schema.safeParse({ id, chat_id, ...replaceable(fields) });
    if (!parsed.success) return unusable(fieldErrors(parsed.error, 1)[0] ?? tooDeep);
    const merged = { ...message, ...parsed.data, type: message.type };
    return hasContent(merged) || merged.deleted_at != null ? merged : unusable(empty);
  };
}

/** As everything from outside it goes through `parseJson`, which drops keys that must not reach an object. */
function replaceable(fields: Readonly<Record<string, unknown>>): object {
  const entries = Object.entries(fields).filter(([field]) => !keptFields.has(field));
  const clean = parseJson(JSON.stringify(Object.fromEntries(entries)));
  return clean.ok ? (clean.value as object) : {};
}
