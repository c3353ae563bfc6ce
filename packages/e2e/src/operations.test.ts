/**
 * Every operation of the published API and of ours, once, with what comes with Node: `fetch` and
 * `WebSocket`. Nothing of this project is needed to talk to it.
 */
import { once } from 'node:events';
import { mintToken } from '@switchboard/testkit';
import { describe, expect, test } from 'vitest';
import { raiseStage } from './stage.ts';

const stage = raiseStage();

// Frames of every shape are looked into.
// oxlint-disable-next-line typescript/no-explicit-any
type Frame = any;

interface PlainSocket {
  send(frame: object): void;
  /** The next frame of this event. */
  next(event: string): Promise<Frame>;
  close(): Promise<void>;
}

const open = async (path: string, edge: number, claims: object): Promise<PlainSocket> => {
  const token = await mintToken(
    stage.cluster.authSecret,
    claims as { sub: string; role: 'client' },
  );
  const socket = new WebSocket(stage.cluster.edges[edge]!.url + path, ['bearer', token]);
  const frames: Frame[] = [];
  const arrived = new EventTarget();
  socket.addEventListener('message', ({ data }) => {
    frames.push(JSON.parse(data as string));
    arrived.dispatchEvent(new Event('frame'));
  });
  const next = async (event: string): Promise<Frame> => {
    for (;;) {
      const index = frames.findIndex((frame) => frame.event === event);
      if (index >= 0) return frames.splice(index, 1)[0];
      await once(arrived, 'frame');
    }
  };
  const closed = once(socket, 'close');
  await once(socket, 'open');
  await next('connected');
  return {
    next,
    send: (frame) => socket.send(JSON.stringify(frame)),
    close: async () => {
      socket.close(1000);
      await closed;
    },
  };
};

const openBoth = async () => {
  const chatId = stage.name('chat');
  const desk = await open('/broadcast', 1, { sub: stage.name('desk'), role: 'operator' });
  const visitorId = stage.name('visitor');
  const visitor = await open('/chat', 0, { sub: visitorId, role: 'client', chat_id: chatId });
  const operatorId = stage.name('operator');
  const operator = await open(`/chat?chat_id=${chatId}`, 1, { sub: operatorId, role: 'operator' });
  const close = () => Promise.all([desk, visitor, operator].map((socket) => socket.close()));
  return { chatId, desk, visitor, visitorId, operator, operatorId, close };
};

const http = async (method: string, path: string, body?: unknown) => {
  const { ingress, apiToken } = stage.cluster;
  const response = await fetch(ingress.url + path, {
    method,
    headers: {
      'Api-Token': apiToken,
      ...(body !== undefined && { 'Content-Type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  expect(response.status).toBe(200);
  return (await response.json()) as Frame;
};

describe('over /chat', () => {
  test('sendMessage is answered by messageAdded, and receiveNewMessage tells the room', async () => {
    const { visitor, operator, desk, close } = await openBoth();
    visitor.send({
      event: 'sendMessage',
      id: 'r1',
      data: { text: 'hello', client_message_id: 'c1' },
    });
    const answer = await visitor.next('messageAdded');
    expect(answer).toMatchObject({
      request_id: 'r1',
      data: { message: { text: 'hello', client_message_id: 'c1' } },
    });
    const { request_id: _own, ...told } = answer;
    expect(await operator.next('messageAdded')).toEqual(told);
    expect((await desk.next('messageAdded')).event_id).toBe(answer.event_id);
    await close();
  });

  test('sendMessage is answered by messageNotAdded when it says nothing', async () => {
    const { chatId, visitor, close } = await openBoth();
    visitor.send({ event: 'sendMessage', id: 'r1', data: { client_message_id: 'c1' } });
    expect(await visitor.next('messageNotAdded')).toMatchObject({
      request_id: 'r1',
      data: {
        client_message_id: 'c1',
        chat_id: chatId,
        code: 'validation_failed',
        retryable: false,
        field: 'text',
      },
    });
    await close();
  });

  test.each([
    ['markMessageDelivered', 'delivered', 'delivered_at'],
    ['markMessageRead', 'read', 'read_at'],
  ])('updateMessageStatus by %s is told by messageUpdated', async (event, status, time) => {
    const { chatId, visitor, operator, desk, close } = await openBoth();
    const { id } = await http('POST', '/message', {
      id: stage.name('m'),
      chat_id: chatId,
      type: 'standard',
      text: 'x',
    });
    visitor.send({ event, id: 'r1', data: { message_id: id } });
    const answer = await visitor.next('messageUpdated');
    expect(answer).toMatchObject({
      request_id: 'r1',
      data: { message: { id, chat_id: chatId, status } },
    });
    expect(answer.data.message[time]).toBeTypeOf('string');
    expect((await operator.next('messageUpdated')).event_id).toBe(answer.event_id);
    expect((await desk.next('messageUpdated')).event_id).toBe(answer.event_id);
    await close();
  });

  test('updateTyping is told to the rest of the room and to the desk', async () => {
    const { chatId, visitor, visitorId, operator, desk, close } = await openBoth();
    visitor.send({ event: 'updateTyping', data: { is_typing: true } });
    const said = { chat_id: chatId, user: { id: visitorId }, is_typing: true };
    expect((await operator.next('typingUpdated')).data).toMatchObject(said);
    expect((await desk.next('typingUpdated')).data).toMatchObject(said);
    visitor.send({ event: 'updateTyping', data: { is_typing: false } });
    expect((await operator.next('typingUpdated')).data.is_typing).toBe(false);
    await close();
  });

  test('receiveMessageUpdate tells of what the backend has changed', async () => {
    const { chatId, visitor, close } = await openBoth();
    const ids = { id: stage.name('m'), chat_id: chatId };
    await http('POST', '/message', { ...ids, type: 'bot', text: 'x' });
    await http('PUT', '/message', { ...ids, text: 'y' });
    expect((await visitor.next('messageUpdated')).data).toMatchObject({
      message: { ...ids, text: 'y' },
      changed: ['text'],
    });
    await close();
  });

  test('trackUserConnection tells who came and who left', async () => {
    const { chatId, visitor, operator, operatorId, close } = await openBoth();
    expect((await visitor.next('userConnected')).data).toMatchObject({
      chat_id: chatId,
      user: { id: operatorId },
    });
    await operator.close();
    expect((await visitor.next('userDisconnected')).data).toMatchObject({
      user: { id: operatorId },
      reason: 'left',
    });
    await close();
  });

  test('ping is answered by pong, and refreshToken by tokenRefreshed, on both sockets', async () => {
    const chatId = stage.name('chat');
    const claims = { sub: stage.name('operator'), role: 'operator' as const };
    for (const path of ['/broadcast', `/chat?chat_id=${chatId}`]) {
      const socket = await open(path, 0, claims);
      socket.send({ event: 'ping', id: 'p', data: {} });
      expect(await socket.next('pong')).toMatchObject({ request_id: 'p' });
      const token = await mintToken(stage.cluster.authSecret, claims, 600);
      socket.send({ event: 'refreshToken', id: 't', data: { token } });
      const { request_id, data } = await socket.next('tokenRefreshed');
      expect(request_id).toBe('t');
      expect(data.expires_in_ms).toBeGreaterThan(590_000);
      expect(data.expires_in_ms).toBeLessThanOrEqual(600_000);
      await socket.close();
    }
  });
});

describe('over HTTP', () => {
  test('createMessage and updateMessage answer with the event and with who is present', async () => {
    const { chatId, desk, close } = await openBoth();
    const ids = { id: stage.name('m'), chat_id: chatId };
    for (const [method, fields, event] of [
      ['POST', { type: 'standard', text: 'x' }, 'messageAdded'],
      ['PUT', { text: 'y' }, 'messageUpdated'],
      ['PATCH', { text: 'z' }, 'messageUpdated'],
    ] as const) {
      const answer = await http(method, '/message', { ...ids, ...fields });
      const { event_id } = await desk.next(event);
      expect(answer).toEqual({
        id: ids.id,
        event_id,
        position: expect.any(String),
        duplicate: false,
        present: { clients: 1, operators: 1 },
      });
    }
    await close();
  });

  test('updateChat, updateOperators, updateGlobal and createNotification reach the desk', async () => {
    const deskId = stage.name('desk');
    const desk = await open('/broadcast', 0, { sub: deskId, role: 'operator' });
    const chatId = stage.name('chat');
    const position = expect.any(String);

    const chat = await http('POST', '/update/chat', { id: chatId, status: 'open' });
    const chatUpdated = await desk.next('chatUpdated');
    expect(chat).toEqual({ event_id: chatUpdated.event_id, position });
    expect(chatUpdated.data.chat).toMatchObject({ id: chatId, status: 'open' });

    const operators = await http('POST', '/update/operators', [{ id: 1, status: 'away' }]);
    const operatorUpdated = await desk.next('operatorUpdated');
    expect(operators).toEqual({ events: [{ event_id: operatorUpdated.event_id, position }] });
    expect(operatorUpdated.data.operator).toMatchObject({ id: '1', status: 'away' });

    const global = await http('POST', '/global', { maintenance: true });
    const globalUpdated = await desk.next('globalUpdated');
    expect(global).toEqual({ event_id: globalUpdated.event_id, position });
    expect(globalUpdated.data).toEqual({ maintenance: true });

    const body = { id: chatId, operator_user: { id: deskId }, notification: { title: 'Yours' } };
    const notification = await http('POST', '/notifications/chat', body);
    const chatNotification = await desk.next('chatNotification');
    expect(notification).toEqual({ event_id: chatNotification.event_id, position, sessions: 1 });
    expect(chatNotification.data).toMatchObject({
      chat: { id: chatId, operator_user: { id: deskId } },
      notification: { title: 'Yours' },
    });
    expect(chatNotification.data.chat).not.toHaveProperty('notification');
    await desk.close();
  });

  test('getOnlineUsers is a bare array with an item for the session at the desk', async () => {
    const sub = stage.name('desk');
    const sources = { widgets: [{ id: 'shop', name: 'Shop' }], departments: null };
    const desk = await open('/broadcast?app=desk/1.0', 1, {
      sub,
      role: 'operator',
      name: 'Ada',
      sources,
    });
    const online = () => http('GET', `/online-users?operator_id=${sub}`);
    await expect.poll(online, { timeout: 4_000 }).toEqual([
      {
        id: expect.any(String),
        operator_user: { id: sub, role: 'operator', name: 'Ada' },
        sources,
        connected_at: expect.any(String),
        last_seen_at: expect.any(String),
        app: 'desk/1.0',
        node: expect.any(String),
      },
    ]);
    await desk.close();
  });

  test('GET /chats/{id}/events pages through the log as operators read it', async () => {
    const chatId = stage.name('chat');
    const added = [];
    for (const type of ['standard', 'note', 'bot']) {
      added.push(
        await http('POST', '/message', { id: stage.name('m'), chat_id: chatId, type, text: type }),
      );
    }
    const all = await http('GET', `/chats/${chatId}/events`);
    expect(all).toMatchObject({ complete: true, next: null });
    expect(all.events.map((frame: Frame) => frame.event_id)).toEqual(
      added.map(({ event_id }) => event_id),
    );
    const first = await http('GET', `/chats/${chatId}/events?limit=2`);
    expect(first.events).toEqual(all.events.slice(0, 2));
    const rest = await http(
      'GET',
      `/chats/${chatId}/events?since=${encodeURIComponent(first.next)}`,
    );
    expect(rest).toEqual({ events: all.events.slice(2), next: null, complete: true });
  });

  test('GET /chats/{id}/members says who is in the room', async () => {
    const { chatId, visitorId, operatorId, close } = await openBoth();
    const members = await http('GET', `/chats/${chatId}/members`);
    const [visitor, operator] = members.toSorted((a: Frame) => (a.user.id === visitorId ? -1 : 1));
    expect(visitor).toEqual({
      user: { id: visitorId, role: 'client' },
      connections: 1,
      since: expect.any(String),
    });
    expect(operator).toMatchObject({ user: { id: operatorId, role: 'operator' }, connections: 1 });
    expect(members).toHaveLength(2);
    await close();
  });

  test('POST /sessions/disconnect closes what it names and counts it', async () => {
    const { visitorId, close } = await openBoth();
    expect(await http('POST', '/sessions/disconnect', { user_id: visitorId })).toEqual({
      disconnected: 1,
    });
    await close();
  });

  test('POST /batch takes an array and NDJSON, and answers for each item', async () => {
    const chatId = stage.name('chat');
    const items = [
      { path: '/message', body: { id: 'b1', chat_id: chatId, type: 'standard', text: '1' } },
      { path: '/message', method: 'PUT', body: { id: 'b1', chat_id: chatId, text: '2' } },
      { path: '/message', body: { chat_id: chatId } },
      { path: '/global', body: { x: 1 } },
    ];
    const statuses = [200, 200, 422, 200];
    const answers = await http('POST', '/batch', items);
    expect(answers.map(({ status }: Frame) => status)).toEqual(statuses);
    expect(answers[0].body).toMatchObject({ id: 'b1', duplicate: false });
    expect(answers[2].body).toMatchObject({ code: 'validation_failed' });
    const { ingress, apiToken } = stage.cluster;
    const lines = await fetch(`${ingress.url}/batch`, {
      method: 'POST',
      headers: { 'Api-Token': apiToken, 'Content-Type': 'application/x-ndjson' },
      body: items.map((item) => `${JSON.stringify(item)}\n`).join(''),
    });
    const again = (await lines.json()) as Frame;
    expect(again.map(({ status }: Frame) => status)).toEqual(statuses);
    expect(again[0].body).toMatchObject({ id: 'b1', duplicate: true });
  });

  test('POST /batch does the items of one chat in their order', async () => {
    const chatIds = [stage.name('chat'), stage.name('chat'), stage.name('chat')];
    const items = Array.from({ length: 300 }, (_, index) => ({
      path: '/message',
      body: { id: `${index}`, chat_id: chatIds[index % 3], type: 'bot', text: `${index}` },
    }));
    const answers = await http('POST', '/batch', items);
    for (const [share, chatId] of chatIds.entries()) {
      const mine = answers.filter((_: Frame, index: number) => index % 3 === share);
      const { events } = await http('GET', `/chats/${chatId}/events`);
      expect(events.map(({ event_id }: Frame) => event_id)).toEqual(
        mine.map(({ body }: Frame) => body.event_id),
      );
    }
  });

  test('GET /chats/{id}/events says when events are gone, and knows no empty chat', async () => {
    const chatId = stage.name('chat');
    expect(await http('GET', `/chats/${chatId}/events`)).toEqual({
      events: [],
      next: null,
      complete: true,
    });
    const message = { chat_id: chatId, type: 'standard', text: 'x' };
    const first = await http('POST', '/message', { ...message, id: 'first' });
    const more = Array.from({ length: 700 }, (_, index) => ({
      path: '/message',
      body: { ...message, id: `${index}` },
    }));
    await http('POST', '/batch', more);
    const since = encodeURIComponent(first.position);
    const { complete, events } = await http(
      'GET',
      `/chats/${chatId}/events?since=${since}&limit=1`,
    );
    expect(complete).toBe(false);
    expect(events).toHaveLength(1);
  });

  test('GET /nodes lists the edges', async () => {
    const nodes = await http('GET', '/nodes');
    expect(nodes).toHaveLength(2);
    for (const node of nodes)
      expect(node).toMatchObject({ id: expect.any(String), alive: true, state: 'ready' });
  });

  test('pages, documents and health need no token, metrics are on the private port', async () => {
    const { ingress, edges } = stage.cluster;
    const read = async (url: string) => {
      const response = await fetch(url);
      expect(response.status).toBe(200);
      return response.text();
    };
    for (const path of ['/health/live', '/health/ready', '/docs', '/docs/async'])
      await read(ingress.url + path);
    expect(JSON.parse(await read(`${ingress.url}/openapi.json`)).openapi).toMatch(/^3\./);
    expect(JSON.parse(await read(`${ingress.url}/asyncapi.json`)).asyncapi).toMatch(/^3\./);
    for (const { privateUrl } of [ingress, ...edges]) {
      expect(await read(`${privateUrl}/metrics`)).toContain('# TYPE');
      await read(`${privateUrl}/health/live`);
      await read(`${privateUrl}/health/ready`);
    }
    expect((await fetch(`${ingress.url}/metrics`)).status).toBe(404);
  });
});
