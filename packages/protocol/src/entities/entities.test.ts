import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { attachment } from './attachment.ts';
import { chat } from './chat.ts';
import { message } from './message.ts';
import { operatorSession } from './operator-session.ts';
import { operator } from './operator.ts';
import { sources } from './sources.ts';
import { user } from './user.ts';

const standard = { id: 'm1', chat_id: 'c1', type: 'standard', text: 'Hello' };
const image = { type: 'image', url: 'https://files.example/a.png' };
const session = {
  id: 's1',
  operator_user: { id: '7' },
  sources: null,
  connected_at: '2026-03-01T09:30:00Z',
  last_seen_at: '2026-03-01T09:30:00Z',
  node: 'edge-1',
};

/** The smallest valid value of each entity and its required fields. */
const entities = [
  { name: 'User', schema: user, least: { id: '1' }, required: ['id'] },
  { name: 'Chat', schema: chat, least: { id: '1' }, required: ['id'] },
  { name: 'Operator', schema: operator, least: { id: '1' }, required: ['id'] },
  { name: 'Attachment', schema: attachment, least: image, required: ['type', 'url'] },
  { name: 'Message', schema: message, least: standard, required: ['id', 'chat_id', 'type'] },
] as const;

describe.each(entities)('$name', ({ schema, least, required }) => {
  it('takes its smallest form as it is', () => {
    expect(schema.parse(least)).toEqual(least);
  });

  it.each(required.map((field) => [field]))('requires %s', (field) => {
    expect(schema.safeParse({ ...least, [field]: undefined }).success).toBe(false);
    expect(schema.safeParse({ ...least, [field]: null }).success).toBe(false);
  });

  it('takes null for every optional field', () => {
    const optional = Object.keys(schema.shape).filter(
      (field) => !(required as readonly string[]).includes(field),
    );
    const nulls = Object.fromEntries(optional.map((field) => [field, null]));
    expect(schema.parse({ ...least, ...nulls })).toEqual({ ...least, ...nulls });
  });

  it('keeps unknown fields, but no prototype', () => {
    const hostile = JSON.parse(
      '{"__proto__":{"isAdmin":true},"constructor":{"prototype":{}},"x_new":[1]}',
    ) as object;
    const parsed = schema.parse({ ...least, ...hostile, ['__proto__']: { isAdmin: true } });
    expect(parsed).toMatchObject({ x_new: [1] });
    expect((parsed as Record<string, unknown>)['isAdmin']).toBeUndefined();
    expect(Object.getPrototypeOf(parsed)).toBe(Object.prototype);
  });

  it.each([
    ['null', null],
    ['an array', []],
    ['a string', 'x'],
    ['a number', 1],
  ])('refuses %s', (_name, value) => {
    expect(schema.safeParse(value).success).toBe(false);
  });
});

function refusals(
  schema: z.ZodType,
  least: object,
  table: readonly (readonly [string, unknown])[],
) {
  it.each(table)('refuses %s = %j', (field, value) => {
    const parsed = schema.safeParse({ ...least, [field]: value });
    expect(parsed.error?.issues[0]?.path[0]).toBe(field);
  });
}

describe('fields of a User', () => {
  refusals(user, { id: '1' }, [
    ['role', 'admin'],
    ['role', 'Client'],
    ['name', 5],
    ['email', {}],
    ['meta', 'x'],
    ['avatar_url', 'x'.repeat(2049)],
    ['external_id', ''],
  ]);

  it.each(['client', 'operator', 'bot', 'system'])('knows the role %s', (role) => {
    expect(user.parse({ id: 1, role })).toEqual({ id: '1', role });
  });
});

describe('fields of a Message', () => {
  refusals(message, standard, [
    ['type', 'Standard'],
    ['type', 'other'],
    ['type_role', 'bot'],
    ['text', 1],
    ['text', 'x'.repeat(16_385)],
    ['attachments', {}],
    ['attachments', Array.from({ length: 16 }, () => image)],
    ['attachments', [{ ...image, url: 'javascript:alert(1)' }]],
    ['attachments', [{ ...image, thumbnail_url: 'data:x' }]],
    ['postback', {}],
    ['postback', 'yes'],
    ['client_message_id', ''],
    ['client_message_id', 'x'.repeat(65)],
    ['client_message_id', 5],
    ['reply_to', 'm0'],
    ['reply_to', { text: 'no id' }],
    ['actions', [{ id: 1 }]],
    ['system', { vars: {} }],
    ['system', { code: 'x', vars: [1] }],
    ['created_at', '2026-03-01'],
    ['deleted_at', true],
    ['user', { id: '1' }],
    ['user', { id: '1', role: null }],
    ['format', 'x'.repeat(65)],
    ['meta', { a: 'x'.repeat(4_096) }],
  ]);

  it("normalises ids, timestamps and PHP's empty objects", () => {
    const input = {
      ...standard,
      id: 5,
      chat_id: 7,
      user: { id: 9, role: 'operator', meta: [] },
      reply_to: { id: 4, user: { id: 3 } },
      system: { code: 'transferred', vars: [] },
      meta: [],
      created_at: '2026-03-01T12:30:00.5+03:00',
    };
    expect(message.parse(input)).toEqual({
      ...standard,
      id: '5',
      chat_id: '7',
      user: { id: '9', role: 'operator', meta: {} },
      reply_to: { id: '4', user: { id: '3' } },
      system: { code: 'transferred', vars: {} },
      meta: {},
      created_at: '2026-03-01T09:30:00.500Z',
    });
  });

  it('takes 15 attachments and open words', () => {
    const attachments = Array.from({ length: 15 }, () => ({ ...image, type: 'sticker' }));
    expect(message.parse({ ...standard, format: 'bbcode', attachments })).toMatchObject({
      attachments,
    });
  });
});

describe('fields of a Chat', () => {
  refusals(chat, { id: '1' }, [
    ['status', 5],
    ['client_user', { name: 'no id' }],
    ['operator_users', { id: '1' }],
    ['widget', 'web'],
    ['widget', { name: 'no id' }],
    ['queue', { position: -1 }],
    ['queue', { queued_at: 'yesterday' }],
    ['unread', { client: 1.5 }],
    ['last_message', { text: 'no id' }],
    ['version', '3'],
    ['closed_at', 0],
  ]);

  it('takes a word that we do not know as its status', () => {
    expect(chat.parse({ id: 1, status: 'escalated' })).toEqual({ id: '1', status: 'escalated' });
  });
});

describe('fields of an Operator', () => {
  refusals(operator, { id: '1' }, [
    ['active_chats', -1],
    ['max_chats', 1.5],
    ['sources', { widgets: 'all' }],
    ['sources', { widgets: [{ name: 'no id' }] }],
    ['last_seen_at', 'now'],
  ]);
});

describe('Sources', () => {
  it.each([
    [{}, { widgets: null, departments: null }],
    [{ widgets: null }, { widgets: null, departments: null }],
    [{ widgets: [] }, { widgets: [], departments: null }],
    [
      { widgets: [{ id: 1, name: 'Web' }], departments: [] },
      { widgets: [{ id: '1', name: 'Web' }], departments: [] },
    ],
    [[], { widgets: [], departments: [] }],
  ])('reads %j', (input, expected) => {
    expect(sources.parse(input)).toEqual(expected);
  });
});

describe('OperatorSession', () => {
  it('always says what is pushed', () => {
    const parsed = operatorSession.safeParse({ ...session, sources: {} });
    expect(parsed.data?.sources).toEqual({ widgets: null, departments: null });
    expect(operatorSession.safeParse(session).success).toBe(false);
  });
});
