/** `POST /update/operators`: one event for each operator, in the order of the array. */
import {
  type EventAnswer,
  type Operator,
  operatorsAnswer,
  operatorUpdated,
} from '@switchboard/protocol';
import type { Accepted } from '../append.ts';
import { eventAnswerOf } from '../event-answer.ts';
import type { OnceKeys } from '../idempotency.ts';
import type { Operation } from '../operation.ts';
import type { Parts } from '../parts.ts';

const path = '/update/operators';

export function operatorsOperation(parts: Parts): Operation<Operator[]> {
  return {
    method: 'POST',
    path,
    tag: 'Operators',
    operationId: 'updateOperators',
    summary: 'Tell all operators of changes in operators',
    description:
      "`sources` hold at once for the operator's live sessions and replace the token's for every later connect.",
    body: parts.schemas.operators,
    answer: operatorsAnswer,
    bulk: true,
    chatIdOf: () => undefined,
    run: (operators, call) =>
      parts.idempotency.run({ call, path }, async (keys) => ({
        events: await updateAll(parts, operators, keys),
      })),
  };
}

/**
 * One after the other: a reused Idempotency-Key is refused at the first item, before anything was
 * emitted. A call that broke off half way is finished by sending it again: each item has a key of its own.
 */
async function updateAll(
  parts: Parts,
  operators: readonly Operator[],
  keys: OnceKeys,
): Promise<EventAnswer[]> {
  const events: EventAnswer[] = [];
  for (const [index, operator] of operators.entries()) {
    const event = operatorUpdated(operator, parts.stamp());
    const accepted = await parts.append({ event, ...keys(index) });
    events.push(eventAnswerOf(accepted));
    await applySources(parts, operator, accepted);
  }
  return events;
}

const all = { widgets: null, departments: null };

/**
 * Kept first, then told: a session that connects in between reads the new ones. A repeat does it
 * again, as the first call may have broken off before; not if others were told meanwhile.
 */
async function applySources(
  { bus }: Parts,
  { id, sources }: Operator,
  { position, duplicate }: Accepted,
): Promise<void> {
  if (sources === undefined) return;
  const sourcesJson = JSON.stringify(sources ?? all);
  const told = { position, isRepeat: duplicate };
  if (!(await bus.control.setSources(id, sourcesJson, told))) return;
  await bus.control.send({ kind: 'sources', operatorId: id, sourcesJson, position });
}
