import { defaultLimits, type FieldError, type Message } from '@switchboard/protocol';
import { describe, expect, it } from 'vitest';
import { createReadFields } from './backend-fields.ts';
import { idempotencyKeyOf, messageIdOf } from './message-key.ts';

const unusable: FieldError[] = [];
const limits = { ...defaultLimits, textMaxBytes: 20 };
const read = createReadFields(limits, (error) => unusable.push(error));
const message: Message = {
  id: 'own',
  chat_id: 'chat',
  type: 'standard',
  text: 'Hello',
  client_message_id: 'c1',
  user: { id: 'ann', role: 'client', name: 'Ann' },
};

const nested = (depth: number): object => {
  let value = {};
  for (let level = 0; level < depth; level += 1) value = { in: value };
  return value;
};

describe("the fields of a backend's answer", () => {
  it('replace those of the message', () => {
    expect(read(message, undefined)).toBe(message);
    expect(read(message, {})).toEqual(message);
    const fields = { id: 5, text: 'Good day', meta: [], attachments: null, priority: 'high' };
    const expected = { id: '5', text: 'Good day', meta: {}, attachments: null, priority: 'high' };
    expect(read(message, fields)).toEqual({ ...message, ...expected });
  });

  it.each(['type', 'type_role', 'chat_id', 'user', 'client_message_id', 'chat'])(
    'do not touch %s, whatever they say of it',
    (field) => {
      for (const value of [null, 5, 'note', { id: 'x' }])
        expect(read(message, { [field]: value })).toEqual(message);
    },
  );

  it('may take the text away where the message is deleted at once', () => {
    const deleted = { text: null, deleted_at: '2026-01-01T00:00:00Z' };
    expect(read(message, deleted)).toMatchObject({ text: null });
  });

  it.each([
    [{ id: null }, 'id'],
    [{ id: '' }, 'id'],
    [{ text: 5 }, 'text'],
    [{ text: null }, 'text'],
    [{ text: 'longer than it may be' }, 'text'],
    [{ created_at: 'yesterday' }, 'created_at'],
    [{ attachments: [{ type: 'image', url: 'javascript:alert(1)' }] }, 'attachments.0.url'],
    [{ meta: { long: 'x'.repeat(5_000) } }, 'meta'],
    [{ own: nested(100) }, ''],
    [{ own: nested(20_000) }, ''],
  ])('make no message: case %#', (fields, field) => {
    expect(read(message, fields)).toBeUndefined();
    expect(unusable.pop()).toMatchObject({ field });
  });

  it('bring no prototype with them', () => {
    const fields = JSON.parse('{"meta":{"__proto__":{"a":1},"b":2},"__proto__":{"c":3}}') as object;
    const merged = read(message, fields as Record<string, unknown>);
    expect(JSON.stringify(merged)).not.toContain('proto');
    expect(merged).toEqual({ ...message, meta: { b: 2 } });
  });
});

describe('the key of a message', () => {
  const sent = { chatId: 'chat', user: 'client:ann', clientMessageId: 'c1' } as const;

  it('is one for one message, whoever asks, and another for any other', () => {
    const keys = [
      sent,
      { ...sent, chatId: 'other' },
      { ...sent, user: 'operator:ann' as const },
      { ...sent, clientMessageId: 'c2' },
      { chatId: 'chat', user: 'client:an' as const, clientMessageId: 'nc1' },
    ].map(idempotencyKeyOf);
    expect(new Set(keys).size).toBe(keys.length);
    expect(idempotencyKeyOf({ ...sent })).toBe(keys[0]);
    for (const key of keys) expect(key).toMatch(/^[\da-f]{32}$/u);
  });

  it('makes the id that the backend is offered, a UUID', () => {
    const ids = Array.from({ length: 64 }, (_, index) =>
      messageIdOf(idempotencyKeyOf({ ...sent, clientMessageId: `${index}` })),
    );
    expect(new Set(ids).size).toBe(64);
    for (const id of ids)
      expect(id).toMatch(/^[\da-f]{8}-[\da-f]{4}-8[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/u);
  });
});
