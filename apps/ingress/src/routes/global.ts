/** `POST /global`: data of the backend's own, for all operators. */
import { eventAnswer, globalUpdated, type RoutedEvent } from '@switchboard/protocol';
import { eventAnswerOf } from '../event-answer.ts';
import type { Operation } from '../operation.ts';
import type { Parts } from '../parts.ts';

const path = '/global';

export function globalOperation(parts: Parts): Operation<Record<string, unknown>> {
  const { schemas, append, idempotency, stamp } = parts;
  return {
    method: 'POST',
    path,
    tag: 'Global',
    operationId: 'updateGlobal',
    summary: 'Tell all operators of global data',
    description: 'Any JSON object; it is passed on as it came.',
    body: schemas.global,
    answer: eventAnswer,
    chatIdOf: () => undefined,
    run: (_body, call) =>
      idempotency.run({ call, path }, async (keys) => {
        const event = withBody(globalUpdated({}, stamp()), call.bodyText);
        return eventAnswerOf(await append({ event, ...keys() }));
      }),
  };
}

/** The text as it was sent: decoded and encoded again, large numbers and repeated keys would change. */
function withBody(event: RoutedEvent, data: string): RoutedEvent {
  return { ...event, feed: { to: 'all', data } };
}
