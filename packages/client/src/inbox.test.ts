/** What of a frame goes to whom. */
import { expect, test } from 'vitest';
import { createInbox } from './inbox.ts';
import type { Input } from './machine/state.ts';
import { createChatPosition } from './stream/position.ts';
import { createSeen } from './stream/seen.ts';

const start = () => {
  const inputs: Input[] = [];
  const emitted: unknown[] = [];
  const position = createChatPosition();
  const inbox = createInbox({
    position,
    seen: createSeen(10),
    emit: (event, data) => event !== 'frame' && emitted.push([event, data]),
    dispatch: (input) => input.type !== 'heard' && inputs.push(input),
    awaitsHistory: () => false,
  });
  const take = (frame: unknown) =>
    inbox.take(typeof frame === 'string' ? frame : JSON.stringify(frame));
  const user = { id: 'v1', role: 'client' };
  const session = {
    user,
    position: '1',
    limits: { frame_max_bytes: 9 },
    heartbeat: { ping_after_ms: 1, pong_timeout_ms: 2 },
  };
  take({ event: 'connected', data: session });
  inputs.length = 0;
  return { inputs, emitted, position, take, user };
};

const added = (message: object, head: object) => ({
  event: 'messageAdded',
  data: { message },
  ...head,
});

test('an event goes to the listeners once, and its position is kept', () => {
  const { emitted, inputs, position, take } = start();
  const frame = added({ id: 'm' }, { event_id: 'e', position: '2' });
  take(frame);
  take(frame);
  expect(emitted).toEqual([['messageAdded', { message: { id: 'm' } }]]);
  expect([position.since(), inputs]).toEqual(['2', []]);
});

test('one’s own message is an answer and an event; its repeat is an answer only', () => {
  const { emitted, inputs, take } = start();
  take(added({ id: 'm' }, { event_id: 'e', position: '2', request_id: 'r1' }));
  take(added({ id: 'm' }, { event_id: 'e', request_id: 'r1', duplicate: true }));
  const answer = { type: 'answer', answer: { requestId: 'r1', value: { message: { id: 'm' } } } };
  expect(inputs).toEqual([answer, answer]);
  expect(emitted).toHaveLength(1);
});

test('a message that one wrote on a lost connection answers by its own id, another’s does not', () => {
  const { inputs, take, user } = start();
  const head = { event_id: 'e', position: '2' };
  take(added({ id: 'm', client_message_id: 'c', user: { id: 'v1', role: 'operator' } }, head));
  expect(inputs).toEqual([]);
  take(added({ id: 'm', client_message_id: 'c', user }, head));
  expect(inputs).toMatchObject([{ type: 'answer', answer: { clientMessageId: 'c' } }]);
});

test('a receipt that changes nothing is an answer only', () => {
  const { emitted, inputs, take } = start();
  const data = { message: { id: 'm' }, changed: [] };
  take({ event: 'messageUpdated', event_id: 'e', request_id: 'r1', data });
  expect([inputs, emitted]).toEqual([
    [{ type: 'answer', answer: { requestId: 'r1', value: data } }],
    [],
  ]);
});

test('an error goes to who asked, and to the listeners when nobody did', () => {
  const { emitted, inputs, take } = start();
  take({ event: 'error', request_id: 'r1', data: { code: 'message_unknown', message: 'No' } });
  expect(inputs).toMatchObject([
    { answer: { failure: { code: 'message_unknown', retryable: false } } },
  ]);
  expect(emitted).toEqual([]);
  take({ event: 'error', data: { code: 'unavailable', message: 'No' } });
  expect(emitted).toMatchObject([['error', { code: 'unavailable', retryable: true }]]);
});

test('a token that is refused is told, and asked for anew', () => {
  const { emitted, inputs, take } = start();
  take({ event: 'error', request_id: 'token', data: { code: 'token_invalid', message: 'No' } });
  expect(inputs).toContainEqual({ type: 'tokenRefused' });
  expect(emitted).toMatchObject([['error', { code: 'token_invalid' }]]);
});

test.each([
  '',
  '{',
  'null',
  '[]',
  '5',
  '"x"',
  '{"event":"messageAdded"}',
  '{"event":5,"data":{}}',
  '{"event":"toString","data":{}}',
])('what is no frame does nothing: %s', (text) => {
  const { inputs, position, take } = start();
  expect(() => take(text)).not.toThrow();
  expect([inputs, position.since()]).toEqual([[], '1']);
});
