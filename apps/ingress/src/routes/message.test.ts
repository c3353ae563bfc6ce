import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  edgeStats,
  startIngress,
  uniqueId,
  type IngressUnderTest,
} from '../test/ingress-under-test.ts';

let ingress: IngressUnderTest;

beforeAll(async () => {
  ingress = await startIngress();
});

afterAll(() => ingress.stop());

const message = (chatId: string, more: object = {}) => ({
  id: uniqueId('m'),
  chat_id: chatId,
  type: 'standard',
  text: 'Hello',
  ...more,
});

const files = (count: number) =>
  Array.from({ length: count }, () => ({ type: 'file', url: 'https://x.y/z' }));

describe('POST /message', () => {
  test('answers where it is in the log, and puts it there', async () => {
    const chatId = uniqueId('chat');
    const body = message(chatId, { user: { id: 7, role: 'client', name: 'Ann' } });
    const answer = await ingress.post('/message', body);
    expect(answer).toMatchObject({
      status: 200,
      body: { id: body.id, duplicate: false, present: { clients: 0, operators: 0 } },
    });
    expect(answer.body.event_id).toMatch(/^[\w-]{10,}$/u);
    const [event] = await ingress.room(chatId);
    expect(event).toMatchObject({
      event: 'messageAdded',
      data: { message: { id: body.id, chat_id: chatId, text: 'Hello', user: { id: '7' } } },
    });
  });

  test('takes the chat from chat.id, and tells nobody in the room about it', async () => {
    const chatId = uniqueId('chat');
    const { chat_id: _without, ...body } = message(chatId, {
      chat: { id: chatId, widget: { id: 3 } },
    });
    const feed = await ingress.watchFeed(chatId);
    expect((await ingress.post('/message', body)).status).toBe(200);
    expect((await ingress.room(chatId))[0]?.data.message).not.toHaveProperty('chat');
    const [told] = await feed.events(1);
    expect(told?.data.chat).toEqual({ id: chatId, widget: { id: '3' } });
    feed.close();
  });

  test('remembers what it was told of the chat for later messages', async () => {
    const chatId = uniqueId('chat');
    const feed = await ingress.watchFeed(chatId);
    await ingress.post(
      '/message',
      message(chatId, { chat: { id: chatId, department: { id: 9 } } }),
    );
    await ingress.post('/message', message(chatId));
    const [, second] = await feed.events(2);
    expect(second?.data.chat).toEqual({ id: chatId, department: { id: '9' } });
    feed.close();
  });

  test('gives the first answer to a repeated message id, and emits nothing', async () => {
    const body = message(uniqueId('chat'));
    const first = await ingress.post('/message', body);
    const again = await ingress.post('/message', { ...body, text: 'something else' });
    expect(again.body).toEqual({ ...first.body, duplicate: true });
    expect(await ingress.room(body.chat_id)).toHaveLength(1);
  });

  test('accepts one of twenty equal calls at once', async () => {
    const body = message(uniqueId('chat'));
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => ingress.post('/message', body)),
    );
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    expect(answers.filter(({ body: { duplicate } }) => !duplicate)).toHaveLength(1);
    expect(new Set(answers.map(({ body: { event_id } }) => event_id)).size).toBe(1);
    expect(await ingress.room(body.chat_id)).toHaveLength(1);
  });

  test('adds what a person sent once, under whatever id it is posted', async () => {
    const [chatId, elsewhere] = [uniqueId('chat'), uniqueId('chat')];
    const user = { id: 'ann', role: 'client' };
    const post = (body: object) => ingress.post('/message', body).then((answer) => answer.body);
    const sent = { client_message_id: 'c1', user };
    const first = await post(message(chatId, sent));
    expect(await post(message(chatId, sent))).toEqual({ ...first, duplicate: true });
    const others = [
      message(elsewhere, sent),
      message(chatId, { ...sent, user: { id: 'ann', role: 'operator' } }),
      message(chatId, { ...sent, user: { id: 'ann', role: 'bot' } }),
      message(chatId, { ...sent, user: { id: 'ann', role: 'bot' } }),
      message(chatId, { user }),
    ];
    for (const other of others) expect(await post(other)).toMatchObject({ duplicate: false });
    expect(await ingress.room(chatId)).toHaveLength(5);
  });

  test('takes the same message id in another chat', async () => {
    const id = uniqueId('m');
    const answers = await Promise.all(
      ['a', 'b'].map((name) => ingress.post('/message', message(uniqueId(name), { id }))),
    );
    expect(answers.map(({ body }) => body.duplicate)).toEqual([false, false]);
  });

  test('passes on unknown fields and numbers that JavaScript cannot hold', async () => {
    const chatId = uniqueId('chat');
    const text = JSON.stringify(message(chatId, { x: 0 })).replace(
      '"x":0',
      '"x":{"n":12345678901234567890,"e":1e400}',
    );
    expect((await ingress.post('/message', text)).status).toBe(200);
    const { events } = await ingress.bus.log.readRoom(chatId, undefined, 1);
    expect(new TextDecoder().decode(events[0]?.frame)).toContain(
      '{"n":12345678901234567890,"e":1e400}',
    );
  });

  test('counts the users in the room', async () => {
    const chatId = uniqueId('chat');
    const lease = await ingress.bus.nodes.enter(uniqueId('node'), () => edgeStats);
    const user = 'client:7' as const;
    await ingress.bus.presence.join(
      { room: { chatId }, sessionId: 's1', user, userJson: '{"id":"7"}' },
      undefined,
    );
    expect((await ingress.post('/message', message(chatId))).body.present).toEqual({
      clients: 1,
      operators: 0,
    });
    await lease.release(0);
  });

  test('names the wrong fields', async () => {
    const answer = await ingress.post('/message', { chat_id: 'c', type: 'standard', text: 5 });
    expect(answer).toMatchObject({ status: 422, body: { code: 'validation_failed' } });
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect(answer.body.errors.map(({ field }: { field: string }) => field).sort()).toEqual([
      'id',
      'text',
    ]);
  });

  test.each([
    ['neither chat_id nor chat', { chat_id: undefined }, 'chat_id'],
    ['two different chats', { chat: { id: 'other' } }, 'chat.id'],
    ['an unknown type', { type: 'whisper' }, 'type'],
    ['system without type_role', { type: 'system' }, 'type_role'],
    ['type_role without system', { type_role: 'client' }, 'type_role'],
    ['no content', { text: null }, 'text'],
    ['an author without role', { user: { id: 1 } }, 'user.role'],
    [
      'an attachment that is no web address',
      { attachments: [{ type: 'file', url: 'file:///x' }] },
      'attachments.0.url',
    ],
    ['an empty id', { id: '' }, 'id'],
    ['an id of 129 characters', { id: 'x'.repeat(129) }, 'id'],
    ['an unsafe integer as id', { id: 2 ** 53 }, 'id'],
    ['a text of 16 KiB and a byte', { text: 'x'.repeat(16_385) }, 'text'],
    ['sixteen attachments', { attachments: files(16) }, 'attachments'],
    ['too large a meta', { meta: { x: 'x'.repeat(4096) } }, 'meta'],
    ['a timestamp without offset', { created_at: '2026-01-01T00:00:00' }, 'created_at'],
  ])('refuses %s, and emits nothing', async (_name, more, field) => {
    const chatId = uniqueId('chat');
    const answer = await ingress.post('/message', message(chatId, more));
    expect(answer).toMatchObject({ status: 422, body: { code: 'validation_failed' } });
    expect(answer.body.errors[0].field).toBe(field);
    expect(await ingress.room(chatId)).toEqual([]);
  });

  test.each([
    ['an id of 128 characters', { id: 'x'.repeat(128) }],
    ['an id of separators', { id: 'x:operator{1}%' }],
    ['a text of 16 KiB', { text: 'x'.repeat(16_384) }],
    ['fifteen attachments', { attachments: files(15) }],
    ['an escaped NUL', { text: 'a\u0000b' }],
    ['meta as PHP writes it', { meta: [] }],
    ['nulls for what is optional', { user: null, attachments: null, meta: null, format: null }],
  ])('takes %s', async (_name, more) => {
    expect((await ingress.post('/message', message(uniqueId('chat'), more))).status).toBe(200);
  });
});

describe.each(['PUT', 'PATCH'])('%s /message', (method) => {
  const add = async (more: object = {}) => {
    const body = message(uniqueId('chat'), more);
    await ingress.post('/message', body);
    return { id: body.id, chat_id: body.chat_id };
  };

  test('tells what has changed, with the type that is remembered', async () => {
    const ids = await add({ type: 'note' });
    const answer = await ingress.call(method, '/message', { body: { ...ids, text: 'Better' } });
    expect(answer).toMatchObject({ status: 200, body: { id: ids.id, duplicate: false } });
    const [, event] = await ingress.room(ids.chat_id);
    expect(event).toMatchObject({
      event: 'messageUpdated',
      data: { message: { id: ids.id, type: 'note', text: 'Better' }, changed: ['text'] },
    });
  });

  test('takes the type again as it was', async () => {
    const ids = await add({ type: 'system', type_role: 'client' });
    const body = { ...ids, type: 'system', type_role: 'client', text: 'Better' };
    expect((await ingress.call(method, '/message', { body })).status).toBe(200);
  });

  test.each([
    ['type', { type: 'note' }, { type: 'standard' }, 'type_immutable'],
    [
      'role',
      { type: 'system', type_role: 'operator' },
      { type: 'system', type_role: 'client' },
      'type_immutable',
    ],
  ])('refuses to change the %s', async (_name, before, after, code) => {
    const ids = await add(before);
    const answer = await ingress.call(method, '/message', {
      body: { ...ids, ...after, text: 'x' },
    });
    expect(answer).toMatchObject({ status: 422, body: { code } });
    expect(await ingress.room(ids.chat_id)).toHaveLength(1);
  });

  test('wants the type of a message that is not remembered', async () => {
    const body = { id: uniqueId('m'), chat_id: uniqueId('chat'), text: 'x' };
    const refused = await ingress.call(method, '/message', { body });
    expect(refused).toMatchObject({ status: 422, body: { code: 'type_required' } });
    const taken = await ingress.call(method, '/message', { body: { ...body, type: 'bot' } });
    expect(taken.status).toBe(200);
  });

  test('sends a deleted message without its text', async () => {
    const ids = await add();
    await ingress.call(method, '/message', {
      body: { ...ids, deleted_at: '2026-01-01T00:00:00Z' },
    });
    const [, event] = await ingress.room(ids.chat_id);
    expect(event?.data.message).toMatchObject({ text: null, attachments: [] });
  });
});
