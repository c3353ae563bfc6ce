/** The same thing sent twice happens once, whichever edge or call it comes through. */
import type { Frame } from '@switchboard/testkit';
import { describe, expect, test } from 'vitest';
import type { Player } from './cast.ts';
import { raiseStage } from './stage.ts';

const stage = raiseStage();
const { backend, cast } = stage;

const send = (player: Player, data: object, id: string): Promise<Frame> => {
  player.sendFrame('sendMessage', data, id);
  return player.next(({ request_id }) => request_id === id);
};

/** Ids of the events that the log of the chat holds, and that a member of the room got. */
const happened = async (chatId: string, member: Player): Promise<(string | undefined)[]> => {
  const { event_id } = await backend.say(chatId, { id: stage.name('fence') });
  await member.next((frame) => frame.event_id === event_id);
  const { events } = await backend.get(`/chats/${chatId}/events`);
  const logged = events.map((frame: Frame) => frame.event_id).slice(0, -1);
  const got = member.all(({ position }) => position !== undefined).map((frame) => frame.event_id);
  expect(got.slice(0, -1)).toEqual(logged);
  return logged;
};

describe('a client_message_id', () => {
  const said = { client_message_id: 'c-1', text: 'once' };

  test('sent again over another edge gets the same message, for that socket alone', async () => {
    const chatId = stage.name('chat');
    const operator = await cast.operator(chatId, { edge: 1 });
    const first = await cast.visitor(chatId, { edge: 0 });
    const answer = await send(first, said, 'r-1');
    const second = await cast.visitor(chatId, { edge: 1, id: first.id });
    const again = await send(second, { ...said, text: 'twice' }, 'r-2');
    expect(again.event_id).toBe(answer.event_id);
    expect(again.data.message).toEqual(answer.data.message);
    expect(again).toMatchObject({ duplicate: true });
    expect(again.position).toBeUndefined();
    expect(await happened(chatId, operator)).toEqual([answer.event_id]);
    expect(first.all(({ request_id }) => request_id === 'r-2')).toEqual([]);
  });

  test('sent at the same time from ten tabs on both edges is one message', async () => {
    const chatId = stage.name('chat');
    const operator = await cast.operator(chatId, { edge: 1 });
    const first = await cast.visitor(chatId, { edge: 0 });
    const more = Array.from({ length: 9 }, (_, index) =>
      cast.visitor(chatId, { edge: index % 2, id: first.id }),
    );
    const tabs = [first, ...(await Promise.all(more))];
    const answers = await Promise.all(tabs.map((tab, index) => send(tab, said, `r-${index}`)));
    const [eventId] = await happened(chatId, operator);
    expect(answers.map(({ event, event_id }) => ({ event, event_id }))).toEqual(
      tabs.map(() => ({ event: 'messageAdded', event_id: eventId })),
    );
    expect(answers.filter(({ position }) => position !== undefined)).toHaveLength(1);
    expect(new Set(answers.map(({ data }) => data.message.id)).size).toBe(1);
  });

  test('sent twice in a row by one socket is one message and two answers', async () => {
    const chatId = stage.name('chat');
    const operator = await cast.operator(chatId, { edge: 1 });
    const visitor = await cast.visitor(chatId, { edge: 0 });
    const [one, other] = await Promise.all([
      send(visitor, said, 'r-1'),
      send(visitor, said, 'r-2'),
    ]);
    expect(other.data.message).toEqual(one.data.message);
    expect(await happened(chatId, operator)).toEqual([one.event_id]);
  });

  test('is one name space for each user and chat', async () => {
    const chatId = stage.name('chat');
    const operator = await cast.operator(chatId, { edge: 1 });
    const guest = await cast.visitor(chatId, { edge: 1 });
    const visitor = await cast.visitor(chatId, { edge: 0 });
    const elsewhere = await cast.visitor(stage.name('chat'), { edge: 0, id: visitor.id });
    const answers = await Promise.all([
      send(visitor, said, 'r'),
      send(guest, said, 'r'),
      send(operator, said, 'r'),
      send(elsewhere, said, 'r'),
    ]);
    expect(new Set(answers.map(({ event_id }) => event_id)).size).toBe(4);
    expect(answers.map(({ position }) => typeof position)).toEqual([
      'string',
      'string',
      'string',
      'string',
    ]);
  });

  test('says nothing to the ids of a backend', async () => {
    const chatId = stage.name('chat');
    const visitor = await cast.visitor(chatId);
    await backend.say(chatId, { id: 'c-1', client_message_id: 'c-1' });
    const answer = await send(visitor, said, 'r');
    expect(answer.data.message.text).toBe('once');
    expect(answer.position).toBeTypeOf('string');
  });

  test('that is missing protects from nothing', async () => {
    const chatId = stage.name('chat');
    const visitor = await cast.visitor(chatId);
    const one = await send(visitor, { text: 'x' }, 'r-1');
    const other = await send(visitor, { text: 'x' }, 'r-2');
    expect(one.event_id).not.toBe(other.event_id);
    expect(one.data.message.client_message_id).toBeTypeOf('string');
  });
});

describe('a message.id', () => {
  test('posted again gets the first answer, marked, and emits nothing', async () => {
    const chatId = stage.name('chat');
    const operator = await cast.operator(chatId, { edge: 1 });
    const first = await backend.say(chatId, { id: 'm-1' });
    const again = await backend.say(chatId, { id: 'm-1', text: 'other' });
    const { id, event_id, position } = first;
    expect(first.duplicate).toBe(false);
    expect(again).toMatchObject({ id, event_id, position, duplicate: true });
    expect(await happened(chatId, operator)).toEqual([event_id]);
  });

  test('posted twenty times at once is one message', async () => {
    const chatId = stage.name('chat');
    const operator = await cast.operator(chatId, { edge: 0 });
    const posts = Array.from({ length: 20 }, () => backend.say(chatId, { id: 'm-1' }));
    const answers = await Promise.all(posts);
    expect(answers.filter(({ duplicate }) => duplicate === false)).toHaveLength(1);
    expect(await happened(chatId, operator)).toEqual([answers[0].event_id]);
    expect(new Set(answers.map(({ event_id }) => event_id)).size).toBe(1);
  });

  test('is known in its chat only', async () => {
    const answers = [];
    for (const chatId of [stage.name('chat'), stage.name('chat')]) {
      answers.push(await backend.say(chatId, { id: 'm-1' }));
    }
    expect(answers.map(({ duplicate }) => duplicate)).toEqual([false, false]);
  });

  test('of a message that came over a socket is known, too', async () => {
    const chatId = stage.name('chat');
    const visitor = await cast.visitor(chatId);
    const { event_id, data } = await send(visitor, { text: 'x' }, 'r');
    const again = await backend.say(chatId, { id: data.message.id });
    expect(again).toMatchObject({ id: data.message.id, event_id, duplicate: true });
  });
});

describe('an Idempotency-Key', () => {
  const call = (path: string, body: object, key: string, method = 'POST') =>
    backend.call(method, path, { body, headers: { 'idempotency-key': key } });

  test.each([
    ['/update/chat', () => ({ id: stage.name('chat'), status: 'open' })],
    ['/global', () => ({ n: stage.name('global') })],
    ['/update/operators', () => [{ id: stage.name('o') }, { id: stage.name('o') }]],
    ['/notifications/chat', () => ({ id: stage.name('chat'), operator_user: { id: 'nobody' } })],
  ])('on POST %s happens once, and gets the first answer', async (path, bodyOf) => {
    const desk = await cast.desk({ edge: 1, id: stage.name('nobody') });
    const [body, key] = [bodyOf(), stage.name('key')];
    const first = await call(path, body, key);
    const again = await call(path, body, key);
    expect(first.status).toBe(200);
    expect(again).toMatchObject({ status: 200, body: first.body });
    const fence = await backend.post('/global', {});
    await desk.next(({ event_id }) => event_id === fence.event_id);
    const events: { event_id: string }[] = first.body.events ?? [first.body];
    for (const { event_id } of events) {
      expect(desk.all((frame) => frame.event_id === event_id).length).toBeLessThanOrEqual(1);
    }
  });

  test('on an update of a message happens once', async () => {
    const chatId = stage.name('chat');
    const operator = await cast.operator(chatId, { edge: 1 });
    const added = await backend.say(chatId);
    const body = { id: added.id, chat_id: chatId, text: 'edited' };
    const first = await call('/message', body, 'edit', 'PUT');
    const again = await call('/message', body, 'edit', 'PUT');
    expect(again.body).toMatchObject({ event_id: first.body.event_id, duplicate: true });
    expect(await happened(chatId, operator)).toEqual([added.event_id, first.body.event_id]);
  });

  test('with another body is 422, and emits nothing', async () => {
    const chatId = stage.name('chat');
    const operator = await cast.operator(chatId, { edge: 0 });
    const message = { id: 'm-1', chat_id: chatId, type: 'standard', text: 'x' };
    const first = await call('/message', message, 'key');
    const other = await call('/message', { ...message, id: 'm-2' }, 'key');
    expect(other).toMatchObject({ status: 422, body: { code: 'idempotency_key_reused' } });
    expect(await happened(chatId, operator)).toEqual([first.body.event_id]);
  });

  test('holds per path and chat', async () => {
    const [one, other] = [stage.name('chat'), stage.name('chat')];
    const key = stage.name('key');
    const answers = [
      await call('/update/chat', { id: one }, key),
      await call('/update/chat', { id: other }, key),
      await call('/global', { x: 1 }, key),
    ];
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(new Set(answers.map(({ body }) => body.event_id)).size).toBe(3);
  });

  test('in ten calls at once happens once; who comes too early is told when to come back', async () => {
    const chatId = stage.name('chat');
    const operator = await cast.operator(chatId, { edge: 1 });
    const body = { id: 'm-1', chat_id: chatId, type: 'standard', text: 'x' };
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => call('/message', body, 'key')),
    );
    const [eventId, ...more] = await happened(chatId, operator);
    expect(more).toEqual([]);
    const done = answers.filter(({ status }) => status === 200);
    expect(done.length).toBeGreaterThan(0);
    for (const { body: answer } of done) expect(answer.event_id).toBe(eventId);
    for (const { status, headers, body: problem } of answers.filter(
      (answer) => !done.includes(answer),
    )) {
      expect({ status, code: problem.code }).toEqual({
        status: 409,
        code: 'idempotency_key_in_use',
      });
      expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
    }
    expect((await call('/message', body, 'key')).body.event_id).toBe(eventId);
  });
});
