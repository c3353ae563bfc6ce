/** What a deployment may set otherwise: closed chats, a copy of chat updates for clients, a base path. */
import { describe, expect, test } from 'vitest';
import { clients, desks, openScene } from './scene.ts';
import { raiseStage } from './stage.ts';

const stage = raiseStage({
  env: { CLOSED_CHATS: 'refuse', CHAT_UPDATES_TO_CLIENTS: 'true', BASE_PATH: '/support' },
});
const { backend } = stage;

describe('CLOSED_CHATS=refuse', () => {
  test('refuses a client’s message to a closed chat, and never an operator’s or the backend’s', async () => {
    const scene = await openScene(stage);
    const { chatId, visitor, operator } = scene;
    await backend.post('/update/chat', { id: chatId, status: 'closed' });
    visitor.sendFrame('sendMessage', { text: 'hello?', client_message_id: 'c' }, 'r');
    const refused = await visitor.next(({ request_id }) => request_id === 'r');
    expect(refused).toMatchObject({
      event: 'messageNotAdded',
      data: { code: 'chat_closed', client_message_id: 'c', chat_id: chatId, retryable: false },
    });
    operator.sendFrame('sendMessage', { text: 'bye' }, 'r');
    const taken = await operator.next(({ request_id }) => request_id === 'r');
    expect(taken.event).toBe('messageAdded');
    await scene.fence();
    expect(scene.whoGot(({ data }) => data.message?.text === 'hello?')).toEqual([]);
  });

  test('takes the client’s messages again when the chat is open again', async () => {
    const { chatId, visitor } = await openScene(stage);
    for (const status of ['closed', 'open'])
      await backend.post('/update/chat', { id: chatId, status });
    visitor.sendFrame('sendMessage', { text: 'back' }, 'r');
    expect((await visitor.next(({ request_id }) => request_id === 'r')).event).toBe('messageAdded');
  });
});

describe('CHAT_UPDATES_TO_CLIENTS', () => {
  test('sends clients in the room a trimmed copy, and operators in the room nothing', async () => {
    const scene = await openScene(stage);
    const { chatId } = scene;
    const internal = { tags: ['vip'], meta: { crm: 1 }, unknown_of_chat: 'internal' };
    const operator_user = { id: 'o-1', name: 'Ada', email: 'ada@example.com' };
    const body = { id: chatId, status: 'open', operator_user, ...internal };
    const { event_id } = await backend.post('/update/chat', body);
    await scene.fence();
    expect(scene.whoGot(event_id)).toEqual([...clients, ...desks]);
    for (const client of clients) {
      const { chat } = scene.frameOf(client, event_id).data;
      expect(chat).toMatchObject({
        id: chatId,
        status: 'open',
        operator_user: { id: 'o-1', name: 'Ada' },
      });
      for (const field of Object.keys(internal)) expect(chat).not.toHaveProperty(field);
      expect(chat.operator_user).not.toHaveProperty('email');
    }
    expect(scene.frameOf('desk', event_id).data.chat).toMatchObject(body);
  });
});

describe('BASE_PATH', () => {
  test('is the prefix of sockets and HTTP alike, and nothing is beside it', async () => {
    const { cluster, cast, name } = stage;
    const chatId = name('chat');
    const visitor = await cast.visitor(chatId, { edge: 1 });
    const { event_id } = await backend.say(chatId);
    expect((await visitor.next('messageAdded')).event_id).toBe(event_id);
    expect(cluster.ingress.url).toMatch(/\/support$/);
    const bare = (url: string) => url.replace('/support', '').replace('ws:', 'http:');
    expect((await fetch(`${bare(cluster.ingress.url)}/message`, { method: 'POST' })).status).toBe(
      404,
    );
    expect((await fetch(`${bare(cluster.edges[0]!.url)}/chat`)).status).toBe(404);
  });
});
