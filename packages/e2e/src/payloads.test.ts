/** What is in the frames: who may read which field, ids, positions, times. */
import { describe, expect, test } from 'vitest';
import { clients, desks, everyone, openScene, operators } from './scene.ts';
import { raiseStage } from './stage.ts';

const stage = raiseStage();
const { backend, cast } = stage;

const fullUser = {
  id: 'u-1',
  role: 'operator',
  name: 'Ada',
  avatar_url: 'https://cdn.example/a.png',
  job_title: 'Support',
  email: 'ada@example.com',
  phone: '+100',
  external_id: 'crm-1',
  meta: { vip: true },
  unknown_of_user: 'internal',
};
const publicUser = {
  id: 'u-1',
  role: 'operator',
  name: 'Ada',
  avatar_url: 'https://cdn.example/a.png',
  job_title: 'Support',
};

describe('a user', () => {
  test('is five fields to a client and all fields to operators, live and on replay', async () => {
    const scene = await openScene(stage);
    const { position } = scene.visitor.connected.data;
    const { event_id } = await backend.say(scene.chatId, {
      user: fullUser,
      reply_to: { id: 'm-0', text: 'before', user: fullUser },
      unknown_of_message: 'kept',
    });
    await scene.fence();
    const late = await cast.visitor(scene.chatId, { edge: 1, query: { since: position } });
    const lateOperator = await cast.operator(scene.chatId, { edge: 0, query: { since: position } });
    const isIt = (frame: { event_id?: string }) => frame.event_id === event_id;
    const read = clients.map((member) => scene.frameOf(member, event_id));
    for (const { data } of [...read, await late.next(isIt)]) {
      expect(data.message.user).toEqual(publicUser);
      expect(data.message.reply_to).toEqual({ id: 'm-0', text: 'before', user: publicUser });
      expect(data.message.unknown_of_message).toBe('kept');
    }
    const readAll = [...operators, ...desks].map((member) => scene.frameOf(member, event_id));
    for (const { data } of [...readAll, await lateOperator.next(isIt)]) {
      expect(data.message.user).toEqual(fullUser);
      expect(data.message.reply_to.user).toEqual(fullUser);
    }
  });

  test('who typed, read, joined or sent is told with the five fields of the token only', async () => {
    const scene = await openScene(stage);
    const claims = {
      job_title: 'Lead',
      avatar_url: 'https://cdn.example/b.png',
      email: 'x@example.com',
      chats: null,
    };
    const lead = await cast.operator(scene.chatId, {
      edge: 1,
      claims: { ...claims, chats: undefined },
    });
    const known = {
      id: lead.id,
      role: 'operator',
      name: `Name of ${lead.id}`,
      job_title: 'Lead',
      avatar_url: 'https://cdn.example/b.png',
    };
    const { visitor } = scene;
    expect((await visitor.next(({ data }) => data.user?.id === lead.id)).data.user).toEqual(known);
    lead.sendFrame('updateTyping', { is_typing: true });
    expect((await visitor.next('typingUpdated')).data.user).toEqual(known);
    lead.sendFrame('sendMessage', { text: 'hi' });
    expect((await visitor.next('messageAdded')).data.message.user).toEqual(known);
    const { id } = await backend.say(scene.chatId);
    lead.sendFrame('markMessageRead', { message_id: id });
    expect((await visitor.next('messageUpdated')).data.by).toEqual(known);
  });
});

describe('chat', () => {
  test('is in nobody’s message, and beside it on /broadcast', async () => {
    const scene = await openScene(stage);
    const { event_id } = await backend.say(scene.chatId, {
      chat: { id: scene.chatId, widget: { id: 7, name: 'Site' }, status: 'open' },
    });
    await scene.fence();
    for (const member of everyone) {
      expect(scene.frameOf(member, event_id).data.message).not.toHaveProperty('chat');
    }
    for (const member of [...clients, ...operators]) {
      expect(scene.frameOf(member, event_id).data).not.toHaveProperty('chat');
    }
    for (const desk of desks) {
      expect(scene.frameOf(desk, event_id).data.chat).toMatchObject({
        id: scene.chatId,
        widget: { id: '7', name: 'Site' },
        status: 'open',
      });
    }
  });

  test('is remembered field by field, and a lower version changes nothing but is told', async () => {
    const scene = await openScene(stage);
    const { chatId, desk } = scene;
    await backend.post('/update/chat', {
      id: chatId,
      version: 5,
      status: 'open',
      widget: { id: 'w' },
    });
    await backend.post('/update/chat', { id: chatId, version: 6, operator_user: { id: 'o-9' } });
    const old = await backend.post('/update/chat', { id: chatId, version: 4, status: 'closed' });
    const { event_id } = await backend.say(chatId);
    const { data } = await desk.next((frame) => frame.event_id === event_id);
    expect(data.chat).toMatchObject({
      status: 'open',
      widget: { id: 'w' },
      operator_user: { id: 'o-9', role: 'operator' },
    });
    expect(scene.frameOf('desk', old.event_id)).toMatchObject({
      event: 'chatUpdated',
      data: { chat: { status: 'closed' } },
    });
  });

  test('of a notification leaves the memory alone', async () => {
    const scene = await openScene(stage);
    const { chatId, desk } = scene;
    await backend.post('/update/chat', { id: chatId, status: 'open' });
    await backend.post('/notifications/chat', {
      id: chatId,
      status: 'closed',
      operator_user: { id: desk.id },
    });
    const { event_id } = await backend.say(chatId);
    const { data } = await desk.next((frame) => frame.event_id === event_id);
    expect(data.chat.status).toBe('open');
    expect(data.chat).not.toHaveProperty('operator_user');
  });
});

describe('a closed chat', () => {
  test('takes messages by default: the backend decides', async () => {
    const scene = await openScene(stage);
    await backend.post('/update/chat', { id: scene.chatId, status: 'closed' });
    scene.visitor.sendFrame('sendMessage', { text: 'still there?' }, 'r');
    expect((await scene.visitor.next(({ request_id }) => request_id === 'r')).event).toBe(
      'messageAdded',
    );
  });
});

describe('a frame', () => {
  test('of an event has one id and one ts for everybody, and its chat', async () => {
    const scene = await openScene(stage);
    const { event_id } = await backend.say(scene.chatId);
    await scene.fence();
    const frames = everyone.map((member) => scene.frameOf(member, event_id));
    const { ts } = frames[0]!;
    expect(ts).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    for (const frame of frames) expect(frame).toMatchObject({ ts, chat_id: scene.chatId });
  });

  test('of the log has a position: one for the room, the answer’s; one of a partition for the desk', async () => {
    const scene = await openScene(stage);
    const { event_id, position } = await backend.say(scene.chatId);
    await scene.fence();
    for (const member of [...clients, ...operators]) {
      expect(scene.frameOf(member, event_id).position).toBe(position);
    }
    const [one, other] = desks.map((desk) => scene.frameOf(desk, event_id).position);
    expect(one).toMatch(/^\d+:.+$/);
    expect(other).toBe(one);
  });

  test('that only answers has no event id', async () => {
    const chatId = stage.name('chat');
    const visitor = await cast.visitor(chatId);
    visitor.sendFrame('ping', {}, 'p');
    visitor.sendFrame('nonsense', {}, 'e');
    visitor.sendFrame('sendMessage', {}, 'n');
    const answers = await Promise.all(
      ['pong', 'error', 'messageNotAdded'].map((event) => visitor.next(event)),
    );
    for (const frame of [visitor.connected, ...answers]) {
      expect(frame).not.toHaveProperty('event_id');
      expect(frame).not.toHaveProperty('position');
      expect(frame.ts).toBeTypeOf('string');
    }
    expect(answers.map(({ request_id }) => request_id)).toEqual(['p', 'e', 'n']);
  });
});

describe('a message', () => {
  test('keeps the backend’s times and gets missing ones, in UTC with milliseconds', async () => {
    const scene = await openScene(stage);
    const given = { created_at: '2026-01-02T03:04:05.123456+03:00' };
    const timed = await backend.say(scene.chatId, given);
    const bare = await backend.say(scene.chatId);
    await scene.fence();
    expect(scene.frameOf('guest', timed.event_id).data.message.created_at).toBe(
      '2026-01-02T00:04:05.123Z',
    );
    const { data, ts } = scene.frameOf('guest', bare.event_id);
    expect(data.message.created_at).toBe(ts);
  });

  test('has ids as strings, whatever they came as', async () => {
    const scene = await openScene(stage);
    const { event_id, id } = await backend.say(scene.chatId, {
      id: 5,
      user: { id: 6, role: 'bot' },
    });
    await scene.fence();
    expect(id).toBe('5');
    expect(scene.frameOf('visitor', event_id).data.message).toMatchObject({
      id: '5',
      user: { id: '6' },
    });
    const { duplicate } = await backend.say(scene.chatId, { id: '5' });
    expect(duplicate).toBe(true);
  });

  test('of a socket carries what the sender said and who it is, and nothing that it made up', async () => {
    const scene = await openScene(stage);
    const said = {
      client_message_id: 'c-1',
      text: 'see',
      format: 'markdown',
      attachments: [{ type: 'image', url: 'https://cdn.example/i.png', name: 'i.png', size: 10 }],
      reply_to: 'm-7',
      meta: { page: '/pricing' },
    };
    scene.visitor.sendFrame('sendMessage', {
      ...said,
      created_at: '1999-01-01T00:00:00Z',
      user: { id: 'other' },
      id: 'mine',
    });
    const { data, ts } = await scene.operator.next('messageAdded');
    expect(data.message).toMatchObject({
      ...said,
      reply_to: { id: 'm-7' },
      chat_id: scene.chatId,
      type: 'standard',
      created_at: ts,
      user: { id: scene.visitor.id, role: 'client', name: `Name of ${scene.visitor.id}` },
    });
    expect(data.message.id).not.toBe('mine');
  });

  test('says on an update what has changed, by name', async () => {
    const scene = await openScene(stage);
    const { id } = await backend.say(scene.chatId, { type: 'bot' });
    const update = {
      id,
      chat_id: scene.chatId,
      type: 'bot',
      text: 'new',
      meta: [],
      chat: { id: scene.chatId },
    };
    const { event_id } = await backend.put('/message', update);
    const { data, ts } = await scene.visitor.next((frame) => frame.event_id === event_id);
    expect(data.message).toMatchObject({
      id,
      chat_id: scene.chatId,
      type: 'bot',
      text: 'new',
      meta: {},
    });
    expect(data.message.updated_at).toBe(ts);
    expect((data.changed as string[]).toSorted()).toEqual(['meta', 'text']);
  });

  test('that is marked says by whom and how far', async () => {
    const scene = await openScene(stage);
    const { id } = await backend.say(scene.chatId);
    scene.visitor.sendFrame('markMessageRead', { message_id: id, up_to: true });
    const { data } = await scene.operator.next('messageUpdated');
    expect(data).toMatchObject({
      up_to: true,
      by: { id: scene.visitor.id, role: 'client' },
      message: { id, status: 'read' },
    });
    expect(data.changed).toContain('status');
    expect(data.message.read_at).toBeTypeOf('string');
  });
});

describe('global data and operators', () => {
  test('are passed on as they came', async () => {
    const desk = await cast.desk();
    const body = { a: [], b: {}, big: 9007199254740991, text: 'ünï ☃', nested: { null: null } };
    const { event_id } = await backend.post('/global', body);
    expect((await desk.next((frame) => frame.event_id === event_id)).data).toEqual(body);
    const operator = { id: 8, status: 'away', unknown_of_operator: { x: 1 } };
    await backend.post('/update/operators', [operator]);
    expect((await desk.next('operatorUpdated')).data.operator).toMatchObject({
      ...operator,
      id: '8',
    });
  });
});

describe('connected', () => {
  test('tells a member the session, oneself, the room, who is there, and where the stream begins', async () => {
    const chatId = stage.name('chat');
    const visitor = await cast.visitor(chatId, { edge: 0 });
    const { position } = await backend.say(chatId);
    const operator = await cast.operator(chatId, { edge: 1 });
    const { event, data, chat_id } = operator.connected;
    expect({ event, chat_id }).toEqual({ event: 'connected', chat_id: chatId });
    expect(data).toMatchObject({
      chat_id: chatId,
      position,
      members_total: 2,
      user: { id: operator.id, role: 'operator' },
    });
    expect(data.session_id).toBeTypeOf('string');
    expect(data.members.map(({ id }: { id: string }) => id).sort()).toEqual(
      [visitor.id, operator.id].sort(),
    );
    expect(data).not.toHaveProperty('resumed');
    expect(data.limits).toMatchObject({
      frame_max_bytes: 65_536,
      text_max_bytes: 16_384,
      attachments_max: 15,
    });
    expect(data.heartbeat).toMatchObject({ ping_after_ms: 30_000, pong_timeout_ms: 10_000 });
  });

  test('tells a desk who is online, and a position for every partition', async () => {
    const first = await cast.desk({ edge: 0 });
    const second = await cast.desk({ edge: 1 });
    const { data } = second.connected;
    expect(data.operators.map(({ id }: { id: string }) => id)).toContain(first.id);
    const partitions = data.position.split(',').map((part: string) => part.split(':')[0]);
    expect(new Set(partitions).size).toBe(partitions.length);
    expect(partitions.length).toBe(16);
    expect(data).not.toHaveProperty('chat_id');
  });
});
