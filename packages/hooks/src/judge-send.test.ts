import { describe, expect, test } from 'vitest';
import type { HookContent } from './contract.ts';
import { judgeSend } from './judge-send.ts';

const answered = (status: number, content: HookContent = { kind: 'none' }, retryAfterMs?: number) =>
  judgeSend({
    kind: 'answered',
    status,
    content,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });

const json = (value: unknown): HookContent => ({ kind: 'json', value });
const contents: HookContent[] = [
  { kind: 'none' },
  { kind: 'unreadable' },
  json({ id: 'm1', code: 'closed', message: 'No' }),
  json([]),
  json(null),
  json('text'),
];

/** As the contract says it, in words. */
const kindsOf = (status: number): string[] => {
  if ([200, 201, 204].includes(status))
    return ['accepted', 'failing', 'accepted', 'accepted', 'accepted', 'failing'];
  const refuses = [400, 403, 409, 410, 422].includes(status);
  return contents.map(() => (status === 202 ? 'deferred' : refuses ? 'refused' : 'failing'));
};

describe('the status', () => {
  const statuses = Array.from({ length: 500 }, (_, index) => 100 + index);

  test.each(statuses)('%d says what becomes of the message', (status) => {
    expect(contents.map((content) => answered(status, content).kind)).toEqual(kindsOf(status));
  });

  test.each([302, 401, 404, 405, 408, 419, 425, 429, 500, 502, 503, 504, 599])(
    '%d is to be asked again, after the time that it names',
    (status) => {
      const verdict = { kind: 'failing', why: 'status', status };
      expect(answered(status, json({ code: 'x' }))).toEqual(verdict);
      expect(answered(status, { kind: 'none' }, 7000)).toEqual({ ...verdict, retryAfterMs: 7000 });
    },
  );
});

describe('an answer that accepts', () => {
  test.each([200, 201])('with %d may replace fields', (status) => {
    const fields = { id: 'm1', text: 'x', meta: { a: 1 } };
    expect(answered(status, json(fields))).toEqual({ kind: 'accepted', fields });
    expect(answered(status, json({}))).toEqual({ kind: 'accepted', fields: {} });
  });

  test.each([200, 201, 204])('with %d and nothing in it leaves the message as it is', (status) => {
    for (const content of [{ kind: 'none' } as const, json(null), json([])])
      expect(answered(status, content)).toEqual({ kind: 'accepted' });
  });

  test.each([[true], ['ok'], [1], [[{ id: 'm1' }]]])('with %j is none', (value) => {
    expect(answered(200, json(value))).toEqual({ kind: 'failing', why: 'answer', status: 200 });
  });
});

describe('a refusal', () => {
  test.each([
    [
      json({ code: 'closed', message: 'Too late', other: 1 }),
      { reason: 'closed', message: 'Too late' },
    ],
    [json({ code: 'closed' }), { reason: 'closed' }],
    [json({ message: 'Too late' }), { message: 'Too late' }],
    [json({ code: '', message: '' }), {}],
    [json({ code: 7, message: ['x'] }), {}],
    [
      json({ code: 'c'.repeat(64), message: 'm'.repeat(1024) }),
      { reason: 'c'.repeat(64), message: 'm'.repeat(1024) },
    ],
    [json({ code: 'c'.repeat(65), message: 'm'.repeat(1025) }), {}],
    [json({ message: 'é'.repeat(513) }), {}],
    [json([{ code: 'closed' }]), {}],
    [json('closed'), {}],
    [json(null), {}],
    [{ kind: 'none' } as const, {}],
    [{ kind: 'unreadable' } as const, {}],
  ])('of %j tells what can be told', (content, told) => {
    expect(answered(422, content)).toEqual({ kind: 'refused', ...told });
  });
});

test.each(['timeout', 'network', 'aborted'] as const)(
  'no answer (%s) is to be asked again',
  (why) => {
    expect(judgeSend({ kind: 'failed', why, error: 'E' })).toEqual({
      kind: 'failing',
      why,
      error: 'E',
    });
  },
);
