import { expect, test } from 'vitest';
import type { Answer, HookCall, KeptEvent } from '../scripted-backend/contract.ts';
import { createMemory } from '../scripted-backend/memory.ts';
import { createBook, type Book, type SendEntry } from './book.ts';
import { textOf } from './note-receipt.ts';
import { reconcileBackend } from './reconcile-backend.ts';

const refusal: Answer = { status: 422, body: { code: 'sold_out' } };
const rejected = { outcome: 'refused', code: 'backend_rejected', reason: 'sold_out' } as const;

/** A backend that is asked about each message as often as there are answers for it, in this order. */
const asked = (calls: readonly { number: number; key?: string; answer?: Answer }[]) => {
  const memory = createMemory();
  const made = calls.map(({ number, key = `key-${number}`, answer = {} }, at): HookCall => {
    const message = { text: textOf(number, 9), client_message_id: `c${number}` };
    const body = { id: key, chat_id: 'room-0', user: { id: 'visitor' }, message };
    const call: HookCall = {
      hook: 'send',
      number: at,
      atMs: at,
      key,
      chatIds: ['room-0'],
      body,
      repeats: 0,
      said: {},
      endedMs: at,
      status: 200,
    };
    call.said = memory.decide(call, answer);
    return call;
  });
  return { calls: made, messages: memory.messages, events: new Map<string, KeptEvent>() };
};

/** Messages that a visitor has sent, each after the answer to the one before. */
const bookOf = (sends: readonly Partial<SendEntry>[]): Book => {
  const book = createBook();
  for (const [number, send] of sends.entries())
    book.sends.push({
      room: 0,
      kind: 'standard',
      sender: 'visitor',
      sentMs: number * 10,
      answeredMs: number * 10 + 5,
      attempts: 1,
      outcome: 'accepted',
      eventId: `event-${number}`,
      ...send,
    });
  const entries = book.sends.flatMap(({ outcome, eventId }, number) =>
    outcome === 'accepted' ? [{ eventId: eventId!, position: `${number}`, number }] : [],
  );
  book.logs.set(0, { entries, isWhole: true });
  return book;
};

const tell = (numbers: readonly number[]): ReadonlyMap<string, KeptEvent> =>
  new Map(
    numbers.map((number, call) => {
      const eventId = `event-${number}`;
      const message = { text: textOf(number, 9) };
      return [eventId, { eventId, frame: { event: 'messageAdded', data: { message } }, call }];
    }),
  );

const found = (findings: object) =>
  Object.fromEntries(Object.entries(findings).filter(([, numbers]) => numbers.length > 0));

const answersOf = (book: Book, backend: ReturnType<typeof asked>) =>
  found(reconcileBackend({ book, backend, isAsked: true, isTold: 'none' }));

const outboxOf = (book: Book, numbers: readonly number[]) => {
  const backend = { ...asked([]), events: tell(numbers) };
  return found(reconcileBackend({ book, backend, isAsked: false, isTold: 'all' }));
};

test('finds nothing where all was taken, refused or failed as it was answered', () => {
  const calls = [
    { number: 0, answer: { status: 503 } },
    { number: 0 },
    { number: 1, answer: refusal },
    { number: 2, answer: { status: 'reset', keeps: true } as const },
    { number: 2 },
  ];
  const book = bookOf([{}, rejected, {}, { outcome: 'refused', code: 'message_too_long' }]);
  expect(answersOf(book, asked(calls))).toEqual({});
});

test('finds what was accepted and never taken', () => {
  expect(answersOf(bookOf([{}, {}]), asked([{ number: 1 }]))).toEqual({ untaken: [0] });
});

test('finds what was taken under two keys', () => {
  const backend = asked([{ number: 0 }, { number: 0, key: 'another' }]);
  expect(answersOf(bookOf([{}]), backend)).toEqual({ doubled: [0] });
});

test('finds what was taken before an earlier one of its sender', () => {
  const backend = asked([{ number: 1 }, { number: 0 }]);
  expect(answersOf(bookOf([{}, {}]), backend)).toEqual({ misordered: [1] });
});

test.each([
  ['accepted and the backend had refused it', {}, refusal],
  ['refused and the backend had taken it', rejected, {}],
  ['refused with another reason', { ...rejected, reason: 'closed' }, refusal],
  ['refused with another code', { ...rejected, code: 'forbidden' }, refusal],
  ['refused and the backend had failed', rejected, { status: 503 }],
])('finds what was %s', (_name, send, answer) => {
  const findings = answersOf(bookOf([send]), asked([{ number: 0, answer }]));
  expect(findings).toMatchObject({ misanswered: [0] });
});

test('finds who was told of a message that is not theirs', () => {
  const book = bookOf([]);
  book.strays.push('visitor');
  expect(answersOf(book, asked([]))).toEqual({ astray: [-1] });
});

test('finds what the outbox has not told, told in another order, twice, or made up', () => {
  const book = bookOf([{}, {}, {}]);
  expect(outboxOf(book, [0, 1, 2])).toEqual({});
  expect(outboxOf(book, [0, 2])).toEqual({ untold: [1] });
  expect(outboxOf(book, [0, 2, 1])).toEqual({ misordered: [1] });
  expect(outboxOf(book, [0, 1, 2, 7])).toEqual({ invented: [7] });
  book.logs.get(0)!.entries.pop();
  expect(outboxOf(book, [0, 1])).toEqual({ untold: [2] });
});

test('looks at what came over sockets only, where posts are not told', () => {
  const book = bookOf([{}, { sender: 0 }]);
  const backend = { ...asked([]), events: tell([0]) };
  const findings = reconcileBackend({ book, backend, isAsked: false, isTold: 'of-sockets' });
  expect(found(findings)).toEqual({});
});
