import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { decodeRouting, type ControlCommand } from '@switchboard/bus';
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

describe('POST /update/chat', () => {
  test('tells the feed, with the chat as it was and as it is', async () => {
    const id = uniqueId('chat');
    const feed = await ingress.watchFeed(id);
    await ingress.post('/update/chat', { id, widget: { id: 1 }, operator_user: { id: 5 } });
    const answer = await ingress.post('/update/chat', { id, widget: { id: 2 }, subject: 'Refund' });
    expect(answer.status).toBe(200);
    expect(Object.keys(answer.body)).toEqual(['event_id', 'position']);
    const [, second] = await feed.events(2);
    expect(second).toMatchObject({
      event: 'chatUpdated',
      audience: 'filtered',
      data: { chat: { id, widget: { id: '2' }, subject: 'Refund' } },
    });
    expect(new Set(decodeRouting(second?.routing ?? '-').map(({ widgetId }) => widgetId))).toEqual(
      new Set(['1', '2']),
    );
    expect(await ingress.room(id)).toEqual([]);
    feed.close();
  });

  test.each([
    ['without an id', {}, 'id'],
    ['with a status of 65 characters', { id: 1, status: 'x'.repeat(65) }, 'status'],
    ['as an array', [], ''],
    ['as text', '"chat"', ''],
    ['as null', 'null', ''],
  ])('refuses a chat %s', async (_name, body, field) => {
    const answer = await ingress.post('/update/chat', body);
    expect(answer).toMatchObject({ status: 422, body: { code: 'validation_failed' } });
    expect(answer.body.errors[0].field).toBe(field);
  });
});

describe('POST /update/operators', () => {
  test('tells one event for each operator, in the order of the array', async () => {
    const feed = await ingress.watchFeed();
    const ids = Array.from({ length: 20 }, () => uniqueId('op'));
    const answer = await ingress.post(
      '/update/operators',
      ids.map((id) => ({ id, status: 'away' })),
    );
    expect(answer.status).toBe(200);
    expect(answer.body.events).toHaveLength(20);
    const events = await feed.events(20);
    expect(events.map(({ data }) => data.operator.id)).toEqual(ids);
    expect(new Set(events.map(({ event, audience }) => `${event} ${audience}`))).toEqual(
      new Set(['operatorUpdated all']),
    );
    feed.close();
  });

  test('keeps sources and commands the edges to apply them', async () => {
    const commands: ControlCommand[] = [];
    const follow = await ingress.bus.control.follow((command) => commands.push(command));
    const id = uniqueId('op');
    await ingress.post('/update/operators', [
      { id, sources: { widgets: [{ id: 4 }] } },
      { id: 'other' },
    ]);
    const sourcesJson = '{"widgets":[{"id":"4"}],"departments":null}';
    expect(await ingress.bus.control.sourcesOf(id)).toBe(sourcesJson);
    await expect
      .poll(() => commands, { timeout: 10_000 })
      .toEqual([{ kind: 'sources', operatorId: id, sourcesJson, position: expect.any(String) }]);
    follow.close();
  });

  test('takes sources null as all of them', async () => {
    const id = uniqueId('op');
    await ingress.post('/update/operators', [{ id, sources: null }]);
    expect(await ingress.bus.control.sourcesOf(id)).toBe('{"widgets":null,"departments":null}');
  });

  test('answers an empty array with no events', async () => {
    expect((await ingress.post('/update/operators', [])).body).toEqual({ events: [] });
  });

  test('takes 500 operators of a megabyte, and refuses 501', async () => {
    const operators = (count: number) =>
      Array.from({ length: count }, (_, index) => ({ id: index, note: 'x'.repeat(2000) }));
    expect((await ingress.post('/update/operators', operators(500))).body.events).toHaveLength(500);
    expect((await ingress.post('/update/operators', operators(501))).status).toBe(422);
  });

  test('names the item that is wrong, and emits none of them', async () => {
    const feed = await ingress.watchFeed();
    const answer = await ingress.post('/update/operators', [{ id: 1 }, { id: 2, status: 5 }]);
    expect(answer.body.errors[0].field).toBe('1.status');
    await ingress.post('/global', { marker: true });
    expect((await feed.events(1))[0]?.event).toBe('globalUpdated');
    feed.close();
  });
});

describe('POST /global', () => {
  test('passes the body on as it came, to the character', async () => {
    const feed = await ingress.watchFeed();
    const text =
      '{ "n": 1.0, "big": 12345678901234567890, "list": [], "object": {}, "ж": "\\u0000\\ud83d\\ude00" }';
    const answer = await ingress.post('/global', text);
    expect(answer).toMatchObject({ status: 200, body: { event_id: expect.any(String) } });
    const [told] = await feed.events(1);
    expect(told).toMatchObject({ event: 'globalUpdated', audience: 'all' });
    expect(told?.text).toContain(`"data":${text}}`);
    feed.close();
  });

  test.each(['[]', '5', 'null', '"x"'])('refuses %s, which is no object', async (body) => {
    expect((await ingress.post('/global', body)).status).toBe(422);
  });
});

describe('POST /notifications/chat', () => {
  const notify = (chatId: string, operatorId: string) =>
    ingress.post('/notifications/chat', {
      id: chatId,
      operator_user: { id: operatorId },
      widget: { id: 1 },
      notification: { kind: 'mention', title: 'You' },
    });

  test("is for the operator alone, and counts the operator's sessions", async () => {
    const chatId = uniqueId('chat');
    const operatorId = uniqueId('op');
    const feed = await ingress.watchFeed(chatId);
    expect(await notify(chatId, operatorId)).toMatchObject({ status: 200, body: { sessions: 0 } });
    const lease = await ingress.bus.nodes.enter(uniqueId('node'), () => edgeStats);
    for (const sessionId of ['d1', 'd2']) {
      await ingress.bus.presence.join(
        {
          room: 'desk',
          sessionId,
          user: `operator:${operatorId}`,
          userJson: JSON.stringify({ id: operatorId }),
          sessionJson: '{"sources":null,"connected_at":"2026-01-01T00:00:00.000Z"}',
        },
        undefined,
      );
    }
    expect((await notify(chatId, operatorId)).body.sessions).toBe(2);
    const [told] = await feed.events(2);
    expect(told).toMatchObject({
      event: 'chatNotification',
      audience: 'operator',
      subject: operatorId,
      data: { chat: { id: chatId }, notification: { kind: 'mention', title: 'You' } },
    });
    feed.close();
    await lease.release(0);
  });

  test('does not touch what is remembered of the chat', async () => {
    const chatId = uniqueId('chat');
    const feed = await ingress.watchFeed(chatId);
    await notify(chatId, 'op');
    await ingress.post('/message', { id: 1, chat_id: chatId, type: 'standard', text: 'x' });
    const [, message] = await feed.events(2);
    expect(message?.data.chat ?? {}).not.toHaveProperty('widget');
    feed.close();
  });

  test('refuses a chat without an operator', async () => {
    const answer = await ingress.post('/notifications/chat', { id: 1, operator_user: null });
    expect(answer).toMatchObject({ status: 422, body: { errors: [{ field: 'operator_user' }] } });
  });
});

describe('a setting', () => {
  test('gives clients in the room a trimmed copy of a chat update', async () => {
    const telling = await startIngress({ CHAT_UPDATES_TO_CLIENTS: 'true' });
    const id = uniqueId('chat');
    await telling.post('/update/chat', { id, status: 'closed', subject: 'x', internal: 'secret' });
    const [event] = await telling.room(id);
    expect(event).toMatchObject({
      event: 'chatUpdated',
      audience: 'clients',
      data: { chat: { id, status: 'closed' } },
    });
    expect(event?.data.chat).not.toHaveProperty('internal');
    await telling.stop();
  });
});
