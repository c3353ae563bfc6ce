/** The backend over HTTP, as Switchboard calls it; ingress is played. */
import { createHmac } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createBackend, type Backend } from './backend.ts';
import { readSettings } from './settings.ts';

const secret = 'a-secret-of-the-hooks';
let nowMs: number;
let backend: Backend;
let ingress: Server;
let posted: { path: string; key: string; body: Record<string, unknown> }[];
/** What ingress answers, one after the other; then 200. */
let statuses: number[];
const said: string[] = [];

beforeEach(async () => {
  nowMs = Date.UTC(2030, 0, 1);
  [posted, statuses] = [[], []];
  ingress = createServer((request, response) => {
    const { url: path = '', headers } = request;
    void text(request).then((body) => {
      posted.push({ path, key: String(headers['idempotency-key']), body: JSON.parse(body) });
      response.writeHead(statuses.shift() ?? 200).end('{}');
    });
  });
  await new Promise<void>((resolve) => ingress.listen(0, '127.0.0.1', resolve));
  backend = createBackend(
    readSettings({
      DATABASE: ':memory:',
      INGRESS_URL: `http://127.0.0.1:${(ingress.address() as AddressInfo).port}/`,
      EDGE_URLS: 'ws://127.0.0.1:7001,ws://127.0.0.1:7002',
      API_TOKEN: 'token',
      AUTH_SECRET: 'a-secret-of-the-tokens',
      HOOK_SECRETS: `the-next-secret-one,${secret}`,
    }),
    { nowMs: () => nowMs, say: (line) => said.push(line) },
  );
});

afterEach(async () => {
  await backend.stop();
  ingress.close();
});

const call = (path: string, body: object, { key = 'k1', by = secret, raw = '' } = {}) => {
  const payload = raw || JSON.stringify(body);
  const time = Math.floor(nowMs / 1000);
  const signature = createHmac('sha256', by).update(`${time}.${payload}`).digest('hex');
  const headers = {
    'content-type': 'application/json',
    'idempotency-key': key,
    'switchboard-signature': `t=${time},v1=${signature}`,
  };
  return backend.app.inject({ method: 'POST', url: path, payload, headers });
};

const visitor = { id: 'v1', role: 'client', name: 'Ann' };
const send = (message: object, key = 'k1') =>
  call(
    '/hooks/send',
    {
      event: 'sendMessage',
      chat_id: 'c1',
      user: visitor,
      message: { client_message_id: key, type: 'standard', ...message },
    },
    { key },
  );
const tell = (...events: { event: string; event_id: string; [field: string]: unknown }[]) =>
  call('/hooks/events', {
    events: events.map((event) => ({ ts: '2030-01-01T00:00:00.000Z', chat_id: 'c1', ...event })),
  });
const messageAdded = (message: object, event_id = 'e1') => ({
  event: 'messageAdded',
  event_id,
  data: { message: { chat_id: 'c1', type: 'standard', user: visitor, ...message } },
});
const conversation = async () => (await backend.app.inject('/conversations/c1')).json();

describe('the send hook', () => {
  test('numbers messages, and gives a call that comes again the same answer', async () => {
    const first = await send({ text: 'Hello' });
    const again = await send({ text: 'Hello' });
    const next = await send({ text: 'Are you there?' }, 'k2');
    expect(first.json()).toMatchObject({ text: 'Hello', meta: { number: 1 } });
    expect(again.json()).toEqual(first.json());
    expect(next.json()).toMatchObject({ meta: { number: 2 } });
    expect((await conversation()).messages).toHaveLength(2);
  });

  test('hides numbers of cards, in what it answers and in what it keeps', async () => {
    const { body } = await send({ text: 'It is 4111 1111 1111 1111, thanks' });
    expect(JSON.parse(body)).toMatchObject({ text: 'It is •••• 1111, thanks' });
    expect(JSON.stringify(await conversation())).not.toContain('4111');
  });

  test('refuses with a code and a text, and keeps nothing', async () => {
    const answer = await send({ text: 'Buy SPAM' });
    expect(answer.statusCode).toBe(422);
    expect(answer.json()).toEqual({ code: 'unwanted', message: expect.any(String) });
    expect((await conversation()).messages).toEqual([]);
  });

  test('refuses visitors while the conversation is closed, and tells the desks that it is', async () => {
    await backend.app.inject({ method: 'POST', url: '/conversations/c1/closed' });
    expect((await send({ text: 'Hello' })).json()).toMatchObject({ code: 'conversation_closed' });
    await backend.app.inject({ method: 'POST', url: '/conversations/c1/open' });
    expect((await send({ text: 'Hello' }, 'k2')).statusCode).toBe(200);
    await backend.lookAfter();
    expect(posted.map(({ path, body }) => [path, body['status']])).toEqual([
      ['/update/chat', 'closed'],
      ['/update/chat', 'open'],
    ]);
  });

  test('posts what has files by itself, with the id of the one who sent it', async () => {
    const attachments = [{ type: 'image', url: 'https://files.example/1.png' }];
    expect((await send({ attachments })).statusCode).toBe(202);
    await backend.lookAfter();
    expect(posted).toMatchObject([
      { path: '/message', body: { client_message_id: 'k1', chat_id: 'c1', user: visitor } },
    ]);
    expect((await conversation()).messages).toMatchObject([{ state: 'shown' }]);
  });
});

describe('the events hook', () => {
  test('applies an event once, in whatever batch it comes again', async () => {
    const { id } = (await send({ text: 'When are you open?' })).json();
    const question = messageAdded({ id, text: 'When are you open?' });
    await tell(question);
    await tell(question, { event: 'userConnected', event_id: 'e2', data: { user: visitor } });
    await backend.lookAfter();
    expect(posted.map(({ body }) => body['id'])).toEqual([`bot-${id}`]);
    const { messages, present } = await conversation();
    expect(messages).toMatchObject([{ state: 'shown' }, { state: 'shown' }]);
    expect(present).toEqual([{ id: 'v1', name: 'Ann' }]);
  });

  test('applies all of a batch or nothing', async () => {
    const broken = { event: 'messageAdded', event_id: 'e2', data: {} };
    const good = messageAdded({ id: 'm1', text: 'Hello' });
    expect((await tell(good, broken)).statusCode).toBe(500);
    expect((await conversation()).messages).toEqual([]);
    expect((await tell(good)).statusCode).toBe(204);
    expect((await conversation()).messages).toHaveLength(1);
  });

  test('keeps receipts, and who is there', async () => {
    await tell(
      messageAdded({ id: 'm1', text: 'Hello' }),
      { event: 'userConnected', event_id: 'e2', data: { user: visitor } },
      {
        event: 'messageUpdated',
        event_id: 'e3',
        data: { message: { id: 'm1', status: 'read', read_at: '2030-01-01T00:00:05.000Z' } },
      },
      { event: 'userDisconnected', event_id: 'e4', data: { user: visitor, reason: 'left' } },
      { event: 'ofTheFuture', event_id: 'e5', data: {} },
    );
    expect(await conversation()).toMatchObject({
      present: [],
      messages: [{ read_at: '2030-01-01T00:00:05.000Z' }],
    });
  });
});

describe('what was accepted', () => {
  test('and never came into the chat is posted after a minute, as it was accepted', async () => {
    const { id } = (await send({ text: 'Hello' })).json();
    await backend.lookAfter();
    expect(posted).toEqual([]);
    nowMs += 61_000;
    await backend.lookAfter();
    expect(posted.map(({ body }) => body)).toMatchObject([
      { id, client_message_id: 'k1', text: 'Hello', user: visitor },
    ]);
    expect((await conversation()).messages).toMatchObject([{ id, state: 'shown' }]);
  });

  test('and came is not posted again', async () => {
    const { id } = (await send({ text: 'Hello' })).json();
    await tell(messageAdded({ id, text: 'Hello' }));
    nowMs += 61_000;
    await backend.lookAfter();
    expect(posted).toEqual([]);
  });
});

describe('a call', () => {
  test('is made again with its key until it is answered', async () => {
    statuses = [503, 429];
    await backend.app.inject({ method: 'POST', url: '/conversations/c1/closed' });
    await backend.lookAfter();
    expect(posted).toHaveLength(3);
    expect(new Set(posted.map(({ key }) => key)).size).toBe(1);
  });

  test('that can never succeed is given up, and said', async () => {
    statuses = [422];
    await backend.app.inject({ method: 'POST', url: '/conversations/c1/closed' });
    await backend.lookAfter();
    expect(posted).toHaveLength(1);
    expect(said.at(-1)).toContain('/update/chat was answered 422');
  });
});

describe('the signature', () => {
  test('of any of our secrets is taken', async () => {
    const body = { events: [] };
    expect((await call('/hooks/events', body)).statusCode).toBe(204);
    const other = await call('/hooks/events', body, { by: 'the-next-secret-one' });
    expect(other.statusCode).toBe(204);
  });

  test('of somebody else is refused, before the body is read', async () => {
    const answer = await call('/hooks/events', {}, { by: 'a-guess-of-16-chars', raw: 'no JSON' });
    expect(answer.statusCode).toBe(401);
    expect((await backend.app.inject({ method: 'POST', url: '/hooks/send' })).statusCode).toBe(401);
  });
});

test('a page has the addresses of the cluster, and a desk an operator behind the #', async () => {
  const { body } = await backend.app.inject('/');
  expect(body).toContain('data-url="ws://127.0.0.1:7001,ws://127.0.0.1:7002"');
  expect(body).not.toContain('{{');
  const { headers } = await backend.app.inject('/desk');
  expect(headers.location).toMatch(/\/console\/#operator=[\w.-]+&operator_edge=ws.*&view=desk$/u);
});

test('a setting that is missing is named', () => {
  expect(() => readSettings({ INGRESS_URL: 'http://127.0.0.1:7000' })).toThrow(
    'EDGE_URLS is not set',
  );
});
