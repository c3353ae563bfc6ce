import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startIngress, uniqueId, type IngressUnderTest } from '../test/ingress-under-test.ts';

let ingress: IngressUnderTest;

beforeAll(async () => {
  ingress = await startIngress({ BODY_MAX_BYTES: '20000' });
});

afterAll(() => ingress.stop());

const message = (chatId: string, id: number | string, more: object = {}) => ({
  path: '/message',
  body: { id, chat_id: chatId, type: 'standard', text: String(id), ...more },
});

const texts = async (chatId: string) =>
  (await ingress.room(chatId)).map(({ data }) => data.message.text);

describe('POST /batch', () => {
  test('keeps the order within each chat, whatever the mixture', async () => {
    const chats = Array.from({ length: 40 }, () => uniqueId('chat'));
    const items = Array.from({ length: 5 }, (_, id) =>
      chats.map((chat) => message(chat, id + 1)),
    ).flat();
    const answer = await ingress.post('/batch', items);
    expect(answer.status).toBe(200);
    expect(answer.body.map(({ status }: { status: number }) => status)).toEqual(
      items.map(() => 200),
    );
    for (const chat of chats) expect(await texts(chat)).toEqual(['1', '2', '3', '4', '5']);
  });

  test('answers each item at its place, and does the right ones', async () => {
    const chat = uniqueId('chat');
    const answer = await ingress.post('/batch', [
      message(chat, 1),
      message(chat, 2, { type: 'whisper' }),
      { path: '/message', method: 'PUT', body: { id: 1, chat_id: chat, text: 'Better' } },
      { path: '/message', method: 'PATCH', body: { id: 9, chat_id: chat, text: 'unknown' } },
      { path: '/nowhere', body: {} },
      { path: '/global', method: 'PUT', body: {} },
      { path: '/nodes/x/drain', body: {} },
      { body: {} },
      'no item',
      { path: '/global', body: { a: 1 } },
      { path: '/update/operators', body: [{ id: 1 }, { id: 2 }] },
      { path: '/notifications/chat', body: { id: chat, operator_user: { id: 1 } } },
      { path: '/update/chat', body: { id: chat } },
      message(chat, 3, { unknown: 'x'.repeat(20_000) }),
    ]);
    const statuses = answer.body.map(({ status }: { status: number }) => status);
    expect(statuses).toEqual([
      200, 422, 200, 422, 404, 405, 404, 422, 422, 200, 200, 200, 200, 413,
    ]);
    const codes = answer.body.map(({ body }: { body: { code?: string } }) => body.code);
    expect(codes[1]).toBe('validation_failed');
    expect(codes[3]).toBe('type_required');
    expect(answer.body[10].body.events).toHaveLength(2);
    expect(await texts(chat)).toEqual(['1', 'Better']);
  });

  test('keeps what operators and global say in order', async () => {
    const feed = await ingress.watchFeed();
    const items = Array.from({ length: 30 }, (_, n) => ({ path: '/global', body: { n } }));
    await ingress.post('/batch', items);
    expect((await feed.events(30)).map(({ data }) => data.n)).toEqual(
      items.map(({ body }) => body.n),
    );
    feed.close();
  });

  test('passes on numbers that JavaScript cannot hold', async () => {
    const chat = uniqueId('chat');
    const text = JSON.stringify([message(chat, 1, { x: 0 }), { path: '/global', body: { y: 0 } }]);
    const feed = await ingress.watchFeed();
    await ingress.post(
      '/batch',
      text.replace('"x":0', '"x":12345678901234567890').replace('"y":0', '"y":1e400'),
    );
    const { events } = await ingress.bus.log.readRoom(chat, undefined, 1);
    expect(new TextDecoder().decode(events[0]?.frame)).toContain('"x":12345678901234567890');
    expect((await feed.events(1))[0]?.text).toContain('"data":{"y":1e400}');
    feed.close();
  });

  test('takes NDJSON, with empty lines and either line end', async () => {
    const chat = uniqueId('chat');
    const lines = [1, 2, 3].map((id) => JSON.stringify(message(chat, id)));
    const answer = await ingress.post('/batch', `${lines.join('\r\n')}\n\n`, ndjson);
    expect(answer.body.map(({ status }: { status: number }) => status)).toEqual([200, 200, 200]);
    expect(await texts(chat)).toEqual(['1', '2', '3']);
  });

  test('does nothing of a body with a line that is no JSON, and says which', async () => {
    const chat = uniqueId('chat');
    const answer = await ingress.post(
      '/batch',
      `${JSON.stringify(message(chat, 1))}\n{"path":`,
      ndjson,
    );
    expect(answer).toMatchObject({ status: 400, body: { code: 'malformed' } });
    expect(answer.body.detail).toContain('Line 2');
    expect(await texts(chat)).toEqual([]);
  });

  test('takes 1 000 items and refuses 1 001', async () => {
    const items = (count: number) =>
      Array.from({ length: count }, () => ({ path: '/nowhere', body: 1 }));
    expect((await ingress.post('/batch', items(1000))).body).toHaveLength(1000);
    expect(await ingress.post('/batch', items(1001))).toMatchObject({ status: 422 });
  });

  test.each(['{}', '5', 'null'])('refuses %s, which is no array', async (body) => {
    expect((await ingress.post('/batch', body)).status).toBe(422);
  });

  test('answers an empty array with one', async () => {
    expect((await ingress.post('/batch', [])).body).toEqual([]);
  });

  test('holds an Idempotency-Key for each item by its place', async () => {
    const chat = uniqueId('chat');
    const key = { 'idempotency-key': uniqueId('key') };
    const items = [{ path: '/global', body: { a: 1 } }, message(chat, 1)];
    const first = await ingress.post('/batch', items, key);
    const again = await ingress.post('/batch', items, key);
    expect(again.body[0]).toEqual(first.body[0]);
    expect(again.body[1].body).toEqual({ ...first.body[1].body, duplicate: true });
    const other = await ingress.post(
      '/batch',
      [{ path: '/global', body: { a: 2 } }, items[1]],
      key,
    );
    expect(other.body[0]).toMatchObject({ status: 422, body: { code: 'idempotency_key_reused' } });
    expect(other.body[1].status).toBe(200);
  });
});

const ndjson = { 'content-type': 'application/x-ndjson' };

test('NDJSON is for /batch alone', async () => {
  expect((await ingress.post('/message', '{}', ndjson)).status).toBe(415);
});
