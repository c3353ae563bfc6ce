import { fc, test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { createScalars } from '../scalars.ts';
import { defaultLimits } from '../limits.ts';
import { fieldErrors } from '../frames/validation-error.ts';
import { messageBody, messageBodySchema, messageUpdateBody } from './message-bodies.ts';
import {
  batchBody,
  batchItem,
  chatEventsQuery,
  disconnectBody,
  onlineUsersQuery,
} from './queries.ts';
import { chatBody, globalBody, notificationBody, operatorsBody } from './update-bodies.ts';
import type { z } from 'zod';

const fieldsOf = (schema: z.ZodType, value: unknown) => {
  const parsed = schema.safeParse(value);
  return parsed.success ? 'ok' : fieldErrors(parsed.error).map(({ field }) => field);
};
const nested = (levels: number) =>
  JSON.parse(`${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`) as object;

describe('messageBody', () => {
  const body = { id: 'm1', chat_id: 'c1', type: 'standard', text: 'Hello' };

  it.each([
    [body, 'c1'],
    [{ ...body, chat_id: undefined, chat: { id: 7 } }, '7'],
    [{ ...body, chat_id: null, chat: { id: 7 } }, '7'],
    [{ ...body, chat_id: 7, chat: { id: '7' } }, '7'],
    [{ ...body, chat: null }, 'c1'],
  ])('%j belongs to %s', (value, chatId) => {
    expect(messageBody.parse(value).chat_id).toBe(chatId);
  });

  it.each([
    [{ ...body, chat_id: undefined }, ['chat_id']],
    [{ ...body, chat: { id: 'c2' } }, ['chat.id']],
    [{ ...body, chat_id: undefined, chat: {} }, ['chat.id']],
    [{ ...body, id: undefined }, ['id']],
    [{ ...body, type: undefined }, ['type']],
    [{ ...body, type: null }, ['type']],
    [{ ...body, type: 'system' }, ['type_role']],
    [{ ...body, type: 'system', type_role: null }, ['type_role']],
    [{ ...body, type: 'system', type_role: 'bot' }, ['type_role']],
    [{ ...body, type_role: 'client' }, ['type_role']],
    [{ ...body, type: 'note', type_role: 'operator' }, ['type_role']],
    [{ ...body, type: 'bot', type_role: 'operator' }, ['type_role']],
    [{ ...body, text: undefined }, ['text']],
    [{ ...body, text: '', attachments: [] }, ['text']],
    [{ ...body, text: 'x'.repeat(16_385) }, ['text']],
    [{ ...body, user: { id: 1 } }, ['user.role']],
    [{ ...body, x: nested(64) }, ['']],
    [{ ...body, text: 5, created_at: 'now' }, ['text', 'created_at']],
    [[], ['']],
    [null, ['']],
  ])('%.80j is wrong at %j', (value, fields) => {
    expect(fieldsOf(messageBody, value)).toEqual(fields);
  });

  it.each([
    { type: 'system', type_role: 'client' },
    { type: 'system', type_role: 'operator' },
    { type: 'note', type_role: null },
    { type: 'bot' },
    { text: undefined, attachments: [{ type: 'image', url: 'https://a.example/x.png' }] },
    { text: undefined, postback: { action_id: 'a' } },
    { text: undefined, deleted_at: '2026-03-01T09:30:00Z' },
    { x: nested(63) },
  ])('%.80j is taken', (more) => {
    expect(fieldsOf(messageBody, { ...body, ...more })).toBe('ok');
  });

  it('keeps unknown fields', () => {
    expect(
      messageBody.parse({ ...body, sentiment: 0.5, user: { id: 1, role: 'client', tier: 'gold' } }),
    ).toMatchObject({
      sentiment: 0.5,
      user: { id: '1', tier: 'gold' },
    });
  });

  it('follows configured limits', () => {
    const strict = messageBodySchema(createScalars({ ...defaultLimits, textMaxBytes: 3 }));
    expect(fieldsOf(strict, body)).toEqual(['text']);
  });

  const around = {
    chat: (inner: object) => ({ ...body, chat: { id: 'c1', last_message: inner } }),
    reply_to: (inner: object) => ({ ...body, reply_to: { ...inner } }),
    user: (inner: object) => ({ ...body, user: { id: 1, role: 'bot', user: inner } }),
  };

  it.each(Object.entries(around))('survives %s within %s within …', (_field, wrap) => {
    const chain = (levels: number) => {
      let value: object = body;
      for (let level = 0; level < levels; level += 1) value = wrap(value);
      return value;
    };
    expect(fieldsOf(messageBody, chain(20))).toBe('ok');
    expect(fieldsOf(messageBody, chain(20_000))).toEqual(['']);
  });

  test.prop([fc.jsonValue()])('never throws', (value) => {
    expect(messageBody.safeParse(value).success).toBeTypeOf('boolean');
  });
});

describe('messageUpdateBody', () => {
  const body = { id: 5, chat_id: 7 };

  it('needs ids only', () => {
    expect(messageUpdateBody.parse(body)).toEqual({ id: '5', chat_id: '7' });
    expect(messageUpdateBody.parse({ id: 5, chat: { id: 7 }, text: '' })).toMatchObject({
      chat_id: '7',
      text: '',
    });
  });

  it.each([
    [{ chat_id: 7 }, ['id']],
    [{ id: 5 }, ['chat_id']],
    [{ ...body, chat: { id: 8 } }, ['chat.id']],
    [{ ...body, type: 'system' }, ['type_role']],
    [{ ...body, type: 'note', type_role: 'client' }, ['type_role']],
    [{ ...body, type: 'other' }, ['type']],
    [{ ...body, x: nested(64) }, ['']],
  ])('%.60j is wrong at %j', (value, fields) => {
    expect(fieldsOf(messageUpdateBody, value)).toEqual(fields);
  });
});

describe('the other bodies', () => {
  it('a chat needs an id', () => {
    expect(fieldsOf(chatBody, { id: 1, x: [] })).toBe('ok');
    expect(fieldsOf(chatBody, { status: 'open' })).toEqual(['id']);
    expect(fieldsOf(chatBody, { id: 1, x: nested(64) })).toEqual(['']);
  });

  it('operators are an array of at most 500', () => {
    const many = (count: number) => Array.from({ length: count }, (_, id) => ({ id }));
    expect(fieldsOf(operatorsBody, [])).toBe('ok');
    expect(fieldsOf(operatorsBody, many(500))).toBe('ok');
    expect(fieldsOf(operatorsBody, many(501))).toEqual(['']);
    expect(fieldsOf(operatorsBody, { id: 1 })).toEqual(['']);
    expect(fieldsOf(operatorsBody, [{ id: 1 }, { name: 'x' }])).toEqual(['1.id']);
  });

  it('global data is any object, unchanged', () => {
    const body = { a: [1, { b: null }], '': 0, constructor: 'x' };
    expect(globalBody.parse(body)).toEqual(body);
    expect(fieldsOf(globalBody, [])).toEqual(['']);
    expect(fieldsOf(globalBody, 'x')).toEqual(['']);
    expect(fieldsOf(globalBody, nested(65))).toEqual(['']);
  });

  it('a notification needs somebody to tell', () => {
    expect(
      fieldsOf(notificationBody, {
        id: 1,
        operator_user: { id: 2 },
        notification: { kind: 'sla', x: 1 },
      }),
    ).toBe('ok');
    expect(fieldsOf(notificationBody, { id: 1 })).toEqual(['operator_user']);
    expect(fieldsOf(notificationBody, { id: 1, operator_user: null })).toEqual(['operator_user']);
    expect(fieldsOf(notificationBody, { id: 1, operator_user: {} })).toEqual(['operator_user.id']);
    expect(
      fieldsOf(notificationBody, { id: 1, operator_user: { id: 2 }, notification: 'x' }),
    ).toEqual(['notification']);
  });

  it('a disconnect names exactly one of user, session and chat', () => {
    expect(disconnectBody.parse({ user_id: 5, reason: 'abuse', revoke: true })).toEqual({
      user_id: '5',
      reason: 'abuse',
      revoke: true,
    });
    expect(fieldsOf(disconnectBody, { chat_id: 5, user_id: null })).toBe('ok');
    expect(fieldsOf(disconnectBody, {})).toEqual(['']);
    expect(fieldsOf(disconnectBody, { user_id: 5, chat_id: 5 })).toEqual(['']);
  });

  it('a batch has at most 1 000 items', () => {
    const items = (count: number) =>
      Array.from({ length: count }, () => ({ path: '/message', body: {} }));
    expect(fieldsOf(batchBody, items(1_000))).toBe('ok');
    expect(fieldsOf(batchBody, items(1_001))).toEqual(['']);
    expect(fieldsOf(batchItem, { path: '/message', method: 'GET', body: {} })).toEqual(['method']);
    expect(fieldsOf(batchItem, { body: {} })).toEqual(['path']);
  });
});

describe('queries', () => {
  it('an empty filter filters nothing, a repeated one is refused', () => {
    expect(onlineUsersQuery.parse({ widget_id: '', operator_id: '7' })).toEqual({
      operator_id: '7',
    });
    expect(onlineUsersQuery.parse({})).toEqual({});
    expect(fieldsOf(onlineUsersQuery, { widget_id: ['1', '2'] })).toEqual(['widget_id']);
  });

  it('a page has 1 to 200 events, 200 by default', () => {
    expect(chatEventsQuery.parse({})).toEqual({ limit: 200 });
    expect(chatEventsQuery.parse({ limit: '1', since: 'x' })).toEqual({ limit: 1, since: 'x' });
    for (const limit of ['0', '201', '1.5', 'x', ''])
      expect(fieldsOf(chatEventsQuery, { limit })).toEqual(['limit']);
  });
});
