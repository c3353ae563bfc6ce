/** A visitor who wants more than its room, and fields that are the server's to fill. */
import { startRedis } from '@switchboard/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { raiseStage } from './stage.ts';

const env: Record<string, string> = {};
let redis: Awaited<ReturnType<typeof startRedis>>;
beforeAll(async () => {
  redis = await startRedis();
  env['REDIS_URL'] = redis.url;
});
afterAll(() => redis.stop());

const stage = raiseStage({ env });
const { backend, cast } = stage;
const secret = 'for colleagues only';

/** A visitor, an operator, and a note between them. */
const withNote = async () => {
  const chatId = stage.name('chat');
  const operator = await cast.operator(chatId, { edge: 1 });
  const visitor = await cast.visitor(chatId, { edge: 0 });
  operator.sendFrame('sendMessage', { type: 'note', text: secret });
  const note = await operator.next('messageAdded');
  return { chatId, operator, visitor, note, noteId: note.data.message.id as string };
};

describe('a visitor learns nothing of a note', () => {
  test.each([
    ['markMessageRead', {}],
    ['markMessageRead', { type: 'note' }],
    ['markMessageRead', { type: 'standard' }],
    ['markMessageDelivered', { up_to: true }],
  ])('by %s with %j', async (event, more) => {
    const { visitor, noteId, operator } = await withNote();
    visitor.sendFrame(event, { message_id: noteId, ...more }, 'probe');
    const answer = await visitor.next(({ request_id }) => request_id === 'probe');
    expect(answer).toMatchObject({ event: 'error', data: { code: 'message_unknown' } });
    visitor.sendFrame('markMessageRead', { message_id: 'never-was', up_to: true }, 'never');
    const never = await visitor.next(({ request_id }) => request_id === 'never');
    expect(never.data).toEqual(answer.data);
    expect(operator.all('messageUpdated')).toEqual([]);
  });

  test('by quoting it, or by what is done to it', async () => {
    const { chatId, visitor, operator, noteId } = await withNote();
    visitor.sendFrame('sendMessage', { text: 'x', reply_to: noteId }, 'quote');
    const quote = await visitor.next(({ request_id }) => request_id === 'quote');
    expect(quote.data.message.reply_to).toEqual({ id: noteId });
    operator.sendFrame('updateTyping', { is_typing: true, is_private: true });
    operator.sendFrame('markMessageRead', { message_id: noteId, up_to: true });
    await backend.put('/message', { id: noteId, chat_id: chatId, text: `${secret}, changed` });
    const { event_id } = await backend.say(chatId);
    await visitor.next((frame) => frame.event_id === event_id);
    expect(visitor.all('typingUpdated')).toEqual([]);
    expect(visitor.all('messageUpdated')).toEqual([]);
    expect(JSON.stringify(visitor.frames)).not.toContain(secret);
  });

  test.each([
    ['an operator’s position', 'since of the operator'],
    ['the position of the note', 'since of the note'],
    ['the beginning', '0'],
  ])('by resuming at %s', async (_what, kind) => {
    const { chatId, operator, note } = await withNote();
    await backend.say(chatId);
    const known: Record<string, string> = {
      'since of the operator': operator.connected.data.position,
      'since of the note': note.position!,
      '0': '0',
    };
    const again = await cast.visitor(chatId, {
      edge: 1,
      query: { since: known[kind]!, history: 200 },
    });
    await again.next('caughtUp');
    expect(again.all('messageAdded')).toHaveLength(1);
    expect(JSON.stringify(again.frames)).not.toContain(secret);
  });

  test.each(['of another room', '-', '+', '$', '0-0.aaaaaa', '9999999999999999-0.aaaaaa'])(
    'by a since %s: it is not honoured',
    async (since) => {
      const { note } = await withNote();
      const given = since === 'of another room' ? note.position! : since;
      const elsewhere = await cast.visitor(stage.name('chat'), { query: { since: given } });
      expect(elsewhere.connected.data.resumed).toBe(false);
      expect(JSON.stringify(elsewhere.frames)).not.toContain(secret);
    },
  );
});

test('a message has the fields that its sender may fill, and no others', async () => {
  const chatId = stage.name('chat');
  const visitor = await cast.visitor(chatId);
  const forged = {
    id: 'mine',
    chat_id: 'another',
    chat: { id: 'another' },
    user: { id: 'boss', role: 'operator' },
    role: 'operator',
    type_role: 'operator',
    system: { code: 'x', vars: {} },
    status: 'read',
    created_at: '1999-01-01T00:00:00Z',
    edited_at: '1999-01-01T00:00:00Z',
    event_id: 'mine',
    position: '0',
  };
  visitor.sendFrame('sendMessage', { text: 'x', ...forged }, 'forged');
  const { data, event_id, position } = await visitor.next('messageAdded');
  const { user, chat_id, type, status } = data.message;
  expect({ chat_id, type, status }).toEqual({ chat_id: chatId, type: 'standard', status: 'sent' });
  expect(user).toMatchObject({ id: visitor.id, role: 'client' });
  expect(data.message.id).not.toBe('mine');
  expect(Date.parse(data.message.created_at)).toBeGreaterThan(Date.parse('2020-01-01'));
  for (const field of ['type_role', 'system', 'role', 'chat', 'edited_at'])
    expect(data.message).not.toHaveProperty(field);
  expect([event_id, position]).not.toContain('mine');
});

test('looking at rooms that never were leaves nothing in Redis', async () => {
  const client = redis.client();
  const keys = async () =>
    (await client.keys(`${stage.cluster.keyPrefix}*`)).filter((key) => key.includes('never-'));
  for (let index = 0; index < 20; index += 1) {
    expect((await backend.get(`/chats/never-${index}/events`)).events).toEqual([]);
    expect(await backend.get(`/chats/never-${index}/members`)).toEqual([]);
  }
  expect(await keys()).toEqual([]);
});

test('no page repeats what a request says its host is', async () => {
  for (const path of [
    '/docs',
    '/docs/async',
    '/openapi.json',
    '/asyncapi.json',
    '/docs?url=https://evil.example/x',
  ]) {
    const headers = {
      'x-forwarded-host': 'evil.example',
      'x-forwarded-proto': 'https',
      forwarded: 'host=evil.example',
    };
    const { body, headers: answered } = await backend.call('GET', path, { headers });
    expect(JSON.stringify(body)).not.toContain('evil.example');
    expect(answered.get('cache-control')).toBe('no-store');
  }
});
