/** The fields of a backend's answer, put into the message that it was asked about. */
import {
  createScalars,
  exceedsDepth,
  messageBodySchema,
  parseJson,
  type Limits,
  type Message,
} from '@switchboard/protocol';

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

export function createReadFields(limits: Limits): ReadFields {
  const schema = messageBodySchema(createScalars(limits));
  return (message, fields) => {
    if (fields === undefined) return message;
    if (exceedsDepth(fields, limits.jsonDepthMax)) return undefined;
    const parsed = schema.safeParse({ ...message, ...replaceable(fields) });
    return parsed.success ? parsed.data : undefined;
  };
}

/** As everything from outside it goes through `parseJson`, which drops keys that must not reach an object. */
function replaceable(fields: Readonly<Record<string, unknown>>): object {
  const entries = Object.entries(fields).filter(([field]) => !keptFields.has(field));
  const clean = parseJson(JSON.stringify(Object.fromEntries(entries)));
  return clean.ok ? (clean.value as object) : {};
}
