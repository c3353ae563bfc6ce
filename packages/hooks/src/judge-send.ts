/**
 * What a backend's reply means for the message that it was asked about.
 *
 * | reply                                            | verdict                              |
 * |--------------------------------------------------|--------------------------------------|
 * | 200, 201 with a JSON object                      | accepted, its fields replace         |
 * | 200, 201, 204 with nothing, `null` or `[]`       | accepted as it was sent              |
 * | 200, 201, 204 with anything else                 | failing: answer                      |
 * | 202                                              | deferred                             |
 * | 400, 403, 409, 410, 422                          | refused; `code` and `message` of it  |
 * | any other status (3xx, 401, 404, 429, 5xx, …)    | failing: status                      |
 * | no answer                                        | failing: timeout, network or aborted |
 *
 * `[]` is how PHP writes an empty object. A page that a proxy answers with 200 is no answer of a backend.
 */
import type { HookAnswered, HookContent, HookReply, Refused, SendVerdict } from './contract.ts';

const accepting = new Set([200, 201, 204]);
const refusing = new Set([400, 403, 409, 410, 422]);
const reasonMaxChars = 64;
const messageMaxBytes = 1024;

type Fields = Readonly<Record<string, unknown>>;

export const judgeSend = (reply: HookReply): SendVerdict => {
  if (reply.kind === 'failed') return { kind: 'failing', why: reply.why, error: reply.error };
  const { status, content } = reply;
  if (accepting.has(status)) return judgeContent(reply);
  if (status === 202) return { kind: 'deferred' };
  if (refusing.has(status)) return refusal(content);
  return failing('status', reply);
};

const judgeContent = (reply: HookAnswered): SendVerdict => {
  const { content } = reply;
  const fields = fieldsOf(content);
  if (fields !== undefined) return { kind: 'accepted', fields };
  return isEmpty(content) ? { kind: 'accepted' } : failing('answer', reply);
};

const failing = (
  why: 'status' | 'answer',
  { status, retryAfterMs }: HookAnswered,
): SendVerdict => ({
  kind: 'failing',
  why,
  status,
  ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
});

const refusal = (content: HookContent): Refused => {
  const { code, message } = fieldsOf(content) ?? {};
  const hasReason = typeof code === 'string' && code !== '' && code.length <= reasonMaxChars;
  const hasMessage =
    typeof message === 'string' && message !== '' && Buffer.byteLength(message) <= messageMaxBytes;
  return {
    kind: 'refused',
    ...(hasReason ? { reason: code } : {}),
    ...(hasMessage ? { message } : {}),
  };
};

const fieldsOf = (content: HookContent): Fields | undefined => {
  if (content.kind !== 'json') return undefined;
  const { value } = content;
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isObject ? (value as Fields) : undefined;
};

const isEmpty = (content: HookContent): boolean => {
  if (content.kind !== 'json') return content.kind === 'none';
  const { value } = content;
  return value === null || (Array.isArray(value) && value.length === 0);
};
