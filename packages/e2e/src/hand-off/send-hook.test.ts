/** A backend decides on what people send over sockets: every answer it may give, and where it cannot. */
import { setTimeout as delay } from 'node:timers/promises';
import {
  startCluster,
  startRedis,
  startScriptedBackend,
  type Cluster,
  type Frame,
  type HookCall,
  type Redis,
  type ScriptedBackend,
} from '@switchboard/testkit';
import { afterAll, describe, expect, test, vi } from 'vitest';
import type { Player } from '../cast.ts';
import { raiseStageOn } from '../stage.ts';

let hook: ScriptedBackend;
let redis: Redis;
const stage = raiseStageOn<Cluster>(async () => {
  [hook, redis] = await Promise.all([startScriptedBackend(), startRedis()]);
  const { SEND_HOOK_URL, HOOK_SECRETS } = hook.env;
  const cluster = await startCluster({
    redisUrl: redis.url,
    edges: 4,
    env: {
      SEND_HOOK_URL,
      HOOK_SECRETS,
      SEND_HOOK_TRY_TIMEOUT_MS: '1500',
      SEND_HOOK_TIMEOUT_MS: '4000',
      SEND_HOOK_DEFER_MAX_MS: '3000',
      // An edge that has just started on a busy machine may be a second wrong about the time of Redis.
      APPEND_TIMEOUT_MS: '2500',
      MESSAGES_MAX_PER_SECOND: '0',
      OVERLOAD_LAG_MS: '0',
    },
    envOf: {
      'edge-2': { CLOSED_CHATS: 'refuse' },
      'edge-4': {
        DRAIN_WAIT_MS: '0',
        DRAIN_WINDOW_MS: '0',
        DRAIN_ANSWER_MS: '2000',
        // A drain takes its times out of this one: half a second is no time on a busy machine.
        SHUTDOWN_TIMEOUT_MS: '12000',
      },
    },
  });
  hook.postsTo({ url: cluster.ingress.url, apiToken: cluster.apiToken });
  return cluster;
}, 'at the end');
afterAll(async () => {
  await hook.stop();
  await redis.stop();
});

let sent = 0;

/** Sends, and gives the answer. */
const send = async (player: Player, message: object): Promise<Frame> => {
  const id = `r${(sent += 1)}`;
  player.sendFrame('sendMessage', message, id);
  return player.next(({ request_id }) => request_id === id, 20_000);
};

/** A visitor and an operator of a chat of their own, at one edge. */
const openChat = async (edge = 0) => {
  const chatId = stage.name('hooked');
  const [visitor, operator] = await Promise.all([
    stage.cast.visitor(chatId, { edge }),
    stage.cast.operator(chatId, { edge }),
  ]);
  return { chatId, visitor, operator };
};

const callsOf = (chatId: string): HookCall[] =>
  hook.calls.filter(({ chatIds }) => chatIds.includes(chatId));

/** Not by `expect.poll`, which does not know its test when others run beside it. */
const calledOnce = (chatId: string, times = 1) =>
  vi.waitFor(() => expect(callsOf(chatId)).toHaveLength(times), 15_000);

const added = (player: Player) => player.all('messageAdded').map(({ data }) => data.message);

/** What was accepted before has reached it. */
const settled = async (player: Player, chatId: string) => {
  const { event_id: eventId } = await stage.backend.say(chatId, { text: 'end' });
  await player.next((frame) => frame.event_id === eventId);
};

describe.concurrent('a message sent over a socket', () => {
  test('is shown to the backend as the contract says, and added as it is when it agrees', async () => {
    const { chatId, visitor, operator } = await openChat();
    hook.script({ chatId, answer: { status: 204 } });
    const answer = await send(visitor, { text: 'Hello', client_message_id: 'c1', meta: { a: 1 } });
    const [call] = callsOf(chatId);
    const { message } = answer.data;
    expect(call?.body).toMatchObject({
      event: 'sendMessage',
      id: call?.key,
      chat_id: chatId,
      user: { id: visitor.id, role: 'client', name: `Name of ${visitor.id}` },
      message: { type: 'standard', text: 'Hello', client_message_id: 'c1', meta: { a: 1 } },
      session_id: visitor.connected.data.session_id,
    });
    expect(message).toEqual(call?.body.message);
    await operator.next(({ event_id }) => event_id === answer.event_id);
    expect(added(visitor)).toHaveLength(1);
    const note = await send(operator, { type: 'note', text: 'Careful' });
    expect(note.data.message).toMatchObject({ type: 'note', text: 'Careful' });
    expect(callsOf(chatId)[1]?.body).toMatchObject({
      user: { id: operator.id, role: 'operator' },
      message: { type: 'note', client_message_id: note.data.message.client_message_id },
    });
    await settled(visitor, chatId);
    expect(added(visitor).map(({ text }) => text)).toEqual(['Hello', 'end']);
    // What came by HTTP is what the backend has said already.
    expect(callsOf(chatId)).toHaveLength(2);
  });

  test('has the fields that the backend answers, for everybody; not who said it, what it is and where', async () => {
    const { chatId, visitor, operator } = await openChat();
    const body = {
      id: 4711,
      text: 'Hello, ****',
      created_at: '2026-01-02T03:04:05+01:00',
      meta: { ticket: 5 },
      own_field: 'kept',
      type: 'note',
      type_role: 'operator',
      chat_id: 'elsewhere',
      user: { id: 'somebody', role: 'operator' },
      client_message_id: 'another',
      chat: { id: 'elsewhere' },
    };
    hook.script({ chatId, answer: { status: 201, body } });
    const answer = await send(visitor, { text: 'Hello, damn', client_message_id: 'c1' });
    expect(answer.data.message).toEqual({
      ...callsOf(chatId)[0]?.body.message,
      id: '4711',
      text: 'Hello, ****',
      created_at: '2026-01-02T02:04:05.000Z',
      meta: { ticket: 5 },
      own_field: 'kept',
    });
    const { request_id: _own, ...plain } = answer;
    expect(await operator.next('messageAdded')).toEqual(plain);
    const again = await send(visitor, { text: 'Hello, damn', client_message_id: 'c1' });
    expect(again).toMatchObject({ duplicate: true, data: answer.data });
    expect(callsOf(chatId)).toHaveLength(1);
  });

  test.each([400, 403, 409, 410, 422])(
    'is refused for good by %i: the sender is told why, whenever it is sent again',
    async (status) => {
      const { chatId, visitor } = await openChat();
      const body = { code: 'blocked', message: 'You are blocked' };
      hook.script({ chatId, times: 1, answer: { status, body } });
      const message = { text: 'x', client_message_id: 'c1' };
      const refusal = {
        event: 'messageNotAdded',
        data: {
          client_message_id: 'c1',
          chat_id: chatId,
          code: 'backend_rejected',
          reason: 'blocked',
          message: 'You are blocked',
          retryable: false,
        },
      };
      expect(await send(visitor, message)).toMatchObject(refusal);
      const tab = await stage.cast.visitor(chatId, { id: visitor.id, edge: 1 });
      expect(await send(tab, message)).toMatchObject(refusal);
      expect(callsOf(chatId)).toHaveLength(1);
    },
  );

  test.each([302, 401, 404, 405, 408, 419, 425, 429, 500, 503])(
    'is tried again under the same key after %i, not before Retry-After',
    async (status) => {
      const { chatId, visitor } = await openChat();
      const headers = { 'retry-after': '1', location: '/elsewhere' };
      hook.script({ chatId, times: 1, answer: { status, headers } });
      const answer = await send(visitor, { text: 'x', client_message_id: 'c1' });
      expect(answer).toMatchObject({ event: 'messageAdded' });
      const [first, second, ...more] = callsOf(chatId);
      expect(more).toEqual([]);
      expect(second?.key).toBe(first?.key);
      expect(second!.atMs - first!.atMs).toBeGreaterThan(990);
    },
  );

  test.each([
    [{ status: 500 } as const, 'backend_unavailable'],
    [{ status: 'reset' } as const, 'backend_unavailable'],
    [{ body: { text: 5 } }, 'backend_unavailable'],
    [{ body: { text: null } }, 'backend_unavailable'],
    [{ status: 'never' } as const, 'backend_timeout'],
  ])('is given back when all that comes is %o', async (answer, code) => {
    const { chatId, visitor } = await openChat();
    hook.script({ chatId, answer });
    const refused = await send(visitor, { text: 'x', client_message_id: 'c1' });
    expect(refused).toMatchObject({
      event: 'messageNotAdded',
      data: { client_message_id: 'c1', code, retryable: true },
    });
    expect(refused.data.retry_after_ms).toBeGreaterThan(0);
  });

  test('that was given back is asked about anew', async () => {
    const { chatId, visitor } = await openChat();
    const recovers = hook.script({ chatId, answer: { status: 500 } });
    const message = { text: 'x', client_message_id: 'c1' };
    expect(await send(visitor, message)).toMatchObject({ event: 'messageNotAdded' });
    recovers();
    expect(await send(visitor, message)).toMatchObject({ event: 'messageAdded' });
  });

  test('that waits for a slow backend holds up nothing else, and keeps its place', async () => {
    const { chatId, visitor, operator } = await openChat();
    const other = await openChat();
    const { id } = await stage.backend.say(chatId);
    await visitor.next('messageAdded');
    const slow = hook.script({ chatId, answer: { status: 'never' } });
    visitor.sendFrame('sendMessage', { text: 'first', client_message_id: 'c1' }, 'first');
    visitor.sendFrame('sendMessage', { text: 'second', client_message_id: 'c2' }, 'second');
    await calledOnce(chatId);
    visitor.sendFrame('ping', {}, 'ping');
    visitor.sendFrame('markMessageRead', { message_id: id }, 'read');
    visitor.sendFrame('updateTyping', { is_typing: true });
    for (const requestId of ['ping', 'read'])
      await visitor.next(({ request_id }) => request_id === requestId);
    await operator.next('typingUpdated');
    expect(await send(other.visitor, { text: 'x' })).toMatchObject({ event: 'messageAdded' });
    slow();
    const ids = visitor.frames.flatMap(({ request_id }) => request_id ?? []);
    expect(ids.slice(0, 2).toSorted()).toEqual(['ping', 'read']);
    await visitor.next(({ request_id }) => request_id === 'second');
    const sentTexts = added(visitor).flatMap(({ text }) =>
      /first|second/u.test(text) ? text : [],
    );
    expect(sentTexts).toEqual(['first', 'second']);
  });

  test('is refused at once when fifty of its chat wait, and those are added in their order', async () => {
    const { chatId, visitor } = await openChat();
    hook.script({ chatId, times: 1, answer: { headAfterMs: 1_000 } });
    const texts = Array.from({ length: 52 }, (_, index) => `${index}`);
    for (const text of texts)
      visitor.sendFrame('sendMessage', { text, client_message_id: text }, text);
    expect(await visitor.next('messageNotAdded')).toMatchObject({
      request_id: '51',
      data: { code: 'too_many_pending', retryable: true, retry_after_ms: 1_000 },
    });
    expect(visitor.all('messageAdded')).toEqual([]);
    await visitor.next(({ request_id }) => request_id === '50');
    expect(added(visitor).map(({ text }) => text)).toEqual(texts.slice(0, 51));
  });

  test('is one call and one message when tabs and edges send it at the same time', async () => {
    const { chatId, visitor } = await openChat();
    const [tab, far] = await Promise.all(
      [0, 1].map((edge) => stage.cast.visitor(chatId, { id: visitor.id, edge })),
    );
    hook.script({ chatId, answer: { headAfterMs: 500 } });
    const message = { text: 'once', client_message_id: 'same' };
    const answers = await Promise.all([visitor, tab!, far!].map((one) => send(one, message)));
    expect(new Set(answers.map(({ event_id }) => event_id)).size).toBe(1);
    expect(answers.filter((answer) => 'duplicate' in answer)).toHaveLength(2);
    expect(callsOf(chatId)).toHaveLength(1);
    await settled(visitor, chatId);
    const events = new Set(visitor.all('messageAdded').map(({ event_id }) => event_id));
    expect(events.size).toBe(2);
  });

  test('without an id of its own is a message each time', async () => {
    const { chatId, visitor } = await openChat();
    const answers = [await send(visitor, { text: 'same' }), await send(visitor, { text: 'same' })];
    expect(new Set(answers.map(({ data }) => data.message.id)).size).toBe(2);
    expect(new Set(callsOf(chatId).map(({ key }) => key)).size).toBe(2);
  });

  test('to a closed chat is no question where that is refused', async () => {
    const { chatId, visitor, operator } = await openChat(1);
    await stage.backend.post('/update/chat', { id: chatId, status: 'closed' });
    const refused = await send(visitor, { text: 'still there?', client_message_id: 'c1' });
    expect(refused).toMatchObject({ data: { code: 'chat_closed', retryable: false } });
    expect(callsOf(chatId)).toEqual([]);
    expect(await send(operator, { text: 'goodbye' })).toMatchObject({ event: 'messageAdded' });
  });
});

describe.concurrent('a backend that answers 202', () => {
  test('posts the message, which is the answer: once, at its place', async () => {
    const { chatId, visitor, operator } = await openChat();
    const far = await stage.cast.visitor(chatId, { edge: 1 });
    hook.script({ chatId, answer: { status: 202, body: { id: 'own-1' }, postsAfterMs: 300 } });
    const answer = await send(visitor, { text: 'moderated', client_message_id: 'c1' });
    expect(answer).toMatchObject({
      event: 'messageAdded',
      data: { message: { id: 'own-1', text: 'moderated', client_message_id: 'c1' } },
    });
    expect(answer).toHaveProperty('position');
    const { request_id: _own, ...plain } = answer;
    for (const other of [operator, far]) expect(await other.next('messageAdded')).toEqual(plain);
    await settled(visitor, chatId);
    expect(added(visitor).map(({ text }) => text)).toEqual(['moderated', 'end']);
  });

  test('may post before it answers, and may answer 200 as well', async () => {
    const { chatId, visitor } = await openChat();
    hook.script({
      chatId,
      answer: (call) => {
        const { message, user } = call.body;
        void stage.backend.post('/message', { ...message, id: 'posted', chat_id: chatId, user });
        return { headAfterMs: 400, body: { id: 'answered' } };
      },
    });
    const answer = await send(visitor, { text: 'eager', client_message_id: 'c1' });
    expect(answer.data.message.id).toBe('posted');
    await calledOnce(chatId);
    await delay(500);
    await settled(visitor, chatId);
    expect(added(visitor).map(({ text }) => text)).toEqual(['eager', 'end']);
  });

  test.for([{}, { client_message_id: 'c1' }])(
    'and posts what its sender may not see: nobody else sees more of it, %o',
    async (named) => {
      const { chatId, visitor, operator } = await openChat();
      hook.script({
        chatId,
        answer: (call) => {
          const { message, user } = call.body;
          const note = { ...message, id: `held-${chatId}`, type: 'note', chat_id: chatId, user };
          void stage.backend.post('/message', note);
          return { status: 202, body: { id: note.id } };
        },
      });
      const answer = await send(visitor, { text: 'held back', ...named });
      expect(answer).toMatchObject({ event: 'messageAdded', duplicate: true });
      await settled(operator, chatId);
      expect(added(operator).map(({ text }) => text)).toEqual(['held back', 'end']);
    },
  );

  test('and posts too late adds it all the same; sent again it is the one that was added', async () => {
    const { chatId, visitor } = await openChat();
    const remove = hook.script({ chatId, answer: { status: 202, body: { id: 'late' } } });
    const message = { text: 'late', client_message_id: 'c1' };
    const refused = await send(visitor, message);
    expect(refused).toMatchObject({ data: { code: 'backend_timeout', retryable: true } });
    const [{ body }] = callsOf(chatId) as [HookCall];
    const { message: asked, user } = body;
    await stage.backend.post('/message', { ...asked, id: 'late', chat_id: chatId, user });
    await visitor.next('messageAdded');
    remove();
    expect(await send(visitor, message)).toMatchObject({
      duplicate: true,
      data: { message: { id: 'late' } },
    });
    expect(callsOf(chatId)).toHaveLength(1);
  });

  test('and a sender that comes back over another edge: it is answered there', async () => {
    const { chatId, visitor, operator } = await openChat();
    hook.script({ chatId, answer: { status: 202, body: { id: 'moved' }, postsAfterMs: 1_500 } });
    const message = { text: 'moved', client_message_id: 'c1' };
    visitor.sendFrame('sendMessage', message);
    await calledOnce(chatId);
    await delay(100);
    visitor.terminate();
    const back = await stage.cast.visitor(chatId, { id: visitor.id, edge: 1 });
    expect(await send(back, message)).toMatchObject({ data: { message: { id: 'moved' } } });
    expect(new Set(callsOf(chatId).map(({ key }) => key)).size).toBe(1);
    await settled(operator, chatId);
    expect(added(operator).map(({ text }) => text)).toEqual(['moved', 'end']);
  });
});

describe.concurrent('an edge', () => {
  test('that is killed while it asks: the message is asked for elsewhere, and is one', async () => {
    const chatId = stage.name('killed');
    const dying = stage.cluster.edges[2]!;
    const operator = await stage.cast.operator(chatId);
    const visitor = await stage.cast.visitor(chatId, { edge: 2 });
    hook.script({ chatId, times: 1, answer: { headAfterMs: 500, body: { id: 'kept' } } });
    const message = { text: 'survives', client_message_id: 'c1' };
    visitor.sendFrame('sendMessage', message);
    await calledOnce(chatId);
    dying.kill('SIGKILL');
    await visitor.closed;
    const back = await stage.cast.visitor(chatId, { id: visitor.id, edge: 1 });
    expect(await send(back, message)).toMatchObject({ data: { message: { id: 'kept' } } });
    const calls = callsOf(chatId);
    expect(calls.map(({ key }) => key)).toEqual([calls[0]?.key, calls[0]?.key]);
    expect(calls[1]?.body.message.id).toBe(calls[0]?.body.message.id);
    await settled(operator, chatId);
    expect(added(operator).map(({ text }) => text)).toEqual(['survives', 'end']);
  });

  test('that stops answers what it is asking, and tells who cannot be answered in time', async () => {
    const [soon, never] = [stage.name('soon'), stage.name('never')];
    const stopping = stage.cluster.edges[3]!;
    const [ann, bob] = await Promise.all(
      [soon, never].map((chatId) => stage.cast.visitor(chatId, { edge: 3 })),
    );
    hook.script({ chatId: soon, answer: { headAfterMs: 500 } });
    const hang = hook.script({ chatId: never, answer: { status: 'never' } });
    ann!.sendFrame('sendMessage', { text: 'x', client_message_id: 'c1' }, 'ann');
    bob!.sendFrame('sendMessage', { text: 'x', client_message_id: 'c1' }, 'bob');
    await Promise.all([calledOnce(soon), calledOnce(never)]);
    stopping.kill('SIGTERM');
    const answerOf = (player: Player, id: string) =>
      player.next(({ request_id }) => request_id === id);
    expect(await answerOf(ann!, 'ann')).toMatchObject({ event: 'messageAdded' });
    expect(await answerOf(bob!, 'bob')).toMatchObject({
      event: 'messageNotAdded',
      data: { client_message_id: 'c1', code: 'unavailable', retryable: true },
    });
    for (const socket of [ann!, bob!]) expect(await socket.closed).toMatchObject({ code: 4001 });
    expect(await stopping.exited).toMatchObject({ code: 0 });
    hang();
    const back = await stage.cast.visitor(never, { id: bob!.id, edge: 0 });
    const answer = await send(back, { text: 'x', client_message_id: 'c1' });
    expect(answer).toMatchObject({ event: 'messageAdded' });
  });
});

test('what the backend accepted while Redis went away is added when it is sent again', async () => {
  const { chatId, visitor, operator } = await openChat();
  const answer = () => {
    void redis.kill('SIGSTOP');
    return { body: { id: 'remembered' } };
  };
  hook.script({ chatId, times: 1, answer });
  const message = { text: 'kept', client_message_id: 'c1' };
  const refused = await send(visitor, message);
  await redis.kill('SIGCONT');
  expect(refused).toMatchObject({ data: { code: 'unavailable', retryable: true } });
  const again = async () => (await send(visitor, message)).event;
  await expect.poll(again, { timeout: 20_000, interval: 300 }).toBe('messageAdded');
  await settled(operator, chatId);
  expect(added(operator).map(({ text }) => text)).toEqual(['kept', 'end']);
  expect(added(operator)[0].id).toBe('remembered');
  expect(new Set(callsOf(chatId).map(({ key }) => key)).size).toBe(1);
});

test('what Redis answered while the edge was held up counts, after any deadline', async () => {
  const { visitor } = await openChat(1);
  const edge = stage.cluster.edges[1]!;
  await redis.kill('SIGSTOP');
  const answer = send(visitor, { text: 'kept', client_message_id: 'c1' });
  await delay(300);
  edge.kill('SIGSTOP');
  await redis.kill('SIGCONT');
  const askingMs = 2_000;
  await delay(askingMs + 300);
  edge.kill('SIGCONT');
  expect(await answer).toMatchObject({ event: 'messageAdded' });
});

test('and the backend was never called otherwise than the contract says', () => {
  expect(hook.problems).toEqual([]);
});
