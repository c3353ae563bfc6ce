/** One item of `/batch`: which operation it means and its validated body, or why it is refused. */
import { batchItem, fieldErrors } from '@switchboard/protocol';
import type { AnyOperation } from './operation.ts';
import { problem, type Problem } from './problem.ts';

export interface BatchItem {
  readonly operation: AnyOperation;
  readonly body: unknown;
  readonly bodyText: string;
  readonly chatId: string | undefined;
}

export type ReadItem =
  | { readonly ok: true; readonly item: BatchItem }
  | { readonly ok: false; readonly problem: Problem };

export interface ItemRules {
  readonly operations: readonly AnyOperation[];
  /** Of the body of an item, unless its operation takes more. */
  readonly itemMaxBytes: number;
}

/** Total: it never throws. */
export function readBatchItem(value: unknown, rules: ItemRules): ReadItem {
  const call = batchItem.safeParse(value);
  if (!call.success) return refuse('validation_failed', fieldErrors(call.error));
  const { path, method = 'POST', body } = call.data;
  const candidates = rules.operations.filter((operation) => operation.path === path);
  const operation = candidates.find((candidate) => candidate.method === method);
  if (operation !== undefined) return readBody(operation, body, rules.itemMaxBytes);
  return refuse(candidates.length === 0 ? 'not_found' : 'method_not_allowed');
}

/** Validated before it is encoded: the schema has looked at the depth. */
function readBody(operation: AnyOperation, value: unknown, maxBytes: number): ReadItem {
  const body = operation.body.safeParse(value);
  if (!body.success) return refuse('validation_failed', fieldErrors(body.error));
  const bodyText = JSON.stringify(value);
  if (operation.bulk !== true && Buffer.byteLength(bodyText) > maxBytes)
    return refuse('body_too_large');
  const chatId = operation.chatIdOf(body.data);
  return { ok: true, item: { operation, body: body.data, bodyText, chatId } };
}

function refuse(
  code: Parameters<typeof problem>[0],
  errors?: ReturnType<typeof fieldErrors>,
): ReadItem {
  return { ok: false, problem: problem(code, errors === undefined ? {} : { errors }) };
}
