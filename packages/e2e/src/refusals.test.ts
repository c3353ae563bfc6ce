/** Connects that are refused, by status or, to a page, by close code; and HTTP calls that are. */
import { createHmac } from 'node:crypto';
import { mintToken, openSocket, UpgradeRefused, type OpenOptions } from '@switchboard/testkit';
import { describe, expect, test } from 'vitest';
import { raiseStage } from './stage.ts';

const origin = 'https://desk.example';
const stage = raiseStage({ env: { ALLOWED_ORIGINS: `${origin},null` } });
const { backend, cast } = stage;

const room = 'room-of-refusals';

const mint = (claims: object, expiresInS?: number) =>
  mintToken(
    stage.cluster.authSecret,
    { sub: 'u-1', role: 'client', chat_id: room, ...claims },
    expiresInS,
  );

const mintOperator = (claims: object = {}, expiresInS?: number) =>
  mintToken(stage.cluster.authSecret, { sub: 'o-1', role: 'operator', ...claims }, expiresInS);

const base64url = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

const expiresIn1h = () => Math.floor(Date.now() / 1000) + 3600;

/** A token by hand, as an attacker would make it. */
const forge = (header: object, claims: object, secret?: string): string => {
  const exp = expiresIn1h();
  const signed = `${base64url(header)}.${base64url({ sub: 'u-1', role: 'client', chat_id: room, exp, ...claims })}`;
  return `${signed}.${secret === undefined ? '' : createHmac('sha256', secret).update(signed).digest('base64url')}`;
};

/** What became of a connect: the status of its refusal, or the code it was closed with at once. */
const outcome = async (path: string, options: Omit<OpenOptions, 'url'> = {}): Promise<unknown> => {
  try {
    const socket = await openSocket(path, { url: stage.cluster.edges[0]!.url, ...options });
    const { code } = await socket.closed;
    return { code, frames: socket.frames.length };
  } catch (error) {
    if (error instanceof UpgradeRefused) return error.status;
    throw error;
  }
};

const fromPage = { headers: { origin } };

describe('a credential that is not good', () => {
  const chat = `/chat?chat_id=${room}`;
  const cases: [string, string, () => Promise<string | undefined>, number, number][] = [
    ['is missing', chat, async () => undefined, 401, 4505],
    ['is no token', chat, async () => 'rubbish', 401, 4505],
    [
      'is signed with another secret',
      chat,
      async () => forge({ alg: 'HS256' }, {}, 'x'.repeat(32)),
      401,
      4505,
    ],
    ['is not signed (alg none)', chat, async () => forge({ alg: 'none' }, {}), 401, 4505],
    [
      'is signed for another algorithm',
      chat,
      async () => forge({ alg: 'RS256' }, {}, stage.cluster.authSecret),
      401,
      4505,
    ],
    [
      'has no exp',
      chat,
      async () => forge({ alg: 'HS256' }, { exp: undefined }, stage.cluster.authSecret),
      401,
      4505,
    ],
    ['has no sub', chat, () => mint({ sub: undefined }), 401, 4505],
    ['has an unknown role', chat, () => mint({ role: 'admin' }), 401, 4505],
    ['is a client’s without chat_id', chat, () => mint({ chat_id: undefined }), 401, 4505],
    ['is larger than 4 KiB', chat, () => mint({ name: 'x'.repeat(4_096) }), 401, 4505],
    ['has expired', chat, () => mint({}, -60), 401, 4004],
    ['is for another room', '/chat?chat_id=another', () => mint({}), 403, 4504],
    [
      'is an operator’s for other rooms',
      chat,
      () => mintOperator({ chats: ['another'] }),
      403,
      4504,
    ],
    ['is a client’s on /broadcast', '/broadcast', () => mint({}), 403, 4504],
    ['has expired, on /broadcast', '/broadcast', () => mintOperator({}, -60), 401, 4004],
  ];

  test.each(cases)('that %s is refused by status', async (_what, path, token, status) => {
    const given = await token();
    expect(await outcome(path, given === undefined ? {} : { token: given })).toBe(status);
  });

  test.each(cases)(
    'that %s is told to a page by close code, without connected',
    async (_what, path, token, _status, code) => {
      const given = await token();
      expect(
        await outcome(path, { ...fromPage, ...(given !== undefined && { token: given }) }),
      ).toEqual({ code, frames: 0 });
    },
  );

  test.each(['subprotocol', 'header', 'query'] as const)('comes by %s', async (tokenBy) => {
    const options = { url: stage.cluster.edges[0]!.url, tokenBy };
    const socket = await openSocket(`/chat`, { ...options, token: await mint({}) });
    expect((await socket.next('connected')).chat_id).toBe(room);
    expect(socket.ws.protocol).toBe(tokenBy === 'subprotocol' ? 'bearer' : '');
    await socket.close();
    expect(await outcome('/chat', { tokenBy, token: forge({ alg: 'none' }, {}) })).toBe(401);
  });
});

describe('a connect that is not good', () => {
  test('of an operator without chat_id is 400', async () => {
    const token = await mintOperator();
    expect(await outcome('/chat', { token })).toBe(400);
    expect(await outcome('/chat', { token, ...fromPage })).toBe(400);
  });

  test.each(['history=201', 'history=-1', 'history=x', `chat_id=${'x'.repeat(129)}`])(
    'with %s is 400',
    async (query) => {
      expect(
        await outcome(
          `/chat?chat_id=${room}&${query}`.replace(`chat_id=${room}&chat_id`, 'chat_id'),
          { token: await mintOperator() },
        ),
      ).toBe(400);
    },
  );

  test('from a foreign page is 403, whatever its token', async () => {
    const token = await mint({});
    for (const foreign of [
      'https://evil.example',
      `${origin}.evil.example`,
      'https://desk.example:444',
      'http://desk.example',
    ]) {
      expect(await outcome('/chat', { token, headers: { origin: foreign } })).toBe(403);
    }
  });

  test('from an allowed page, from a file and from no page comes in', async () => {
    const token = await mint({});
    for (const headers of [{ origin }, { origin: 'null' }, {}] as Record<string, string>[]) {
      const socket = await openSocket('/chat', {
        url: stage.cluster.edges[1]!.url,
        token,
        headers,
      });
      expect((await socket.next('connected')).chat_id).toBe(room);
      await socket.close();
    }
  });

  test('to another path is 404', async () => {
    expect(await outcome('/', { token: await mint({}) })).toBe(404);
    expect(await outcome('/chats', { token: await mint({}) })).toBe(404);
  });

  test.each(['/chat', '/broadcast'])('without an upgrade to %s is 426', async (path) => {
    const url = stage.cluster.edges[0]!.url.replace('ws:', 'http:');
    expect((await fetch(url + path)).status).toBe(426);
  });

  test('is noticed by nobody in the room', async () => {
    const bystander = await cast.visitor(room, { edge: 1 });
    const before = bystander.frames.length;
    await outcome('/chat?chat_id=another', { token: await mint({}) });
    await outcome('/chat', { token: 'rubbish', ...fromPage });
    await outcome('/chat', { token: await mint({}, -60), ...fromPage });
    await backend.say(room);
    await bystander.next('messageAdded');
    // Only what earlier tests of this file left: members who went and are told as gone.
    const about = bystander.frames.slice(before).map(({ event }) => event);
    expect(about.filter((event) => event !== 'userDisconnected')).toEqual(['messageAdded']);
  });
});

describe('an HTTP call that is not good', () => {
  const json = (body: object) => ({ body });
  const message = { id: 'm', chat_id: 'refused', type: 'standard', text: 'x' };

  test.each([
    [
      'without a token',
      'POST',
      '/message',
      { ...json(message), headers: { 'api-token': '' } },
      401,
      'token_invalid',
    ],
    [
      'with a wrong token',
      'POST',
      '/message',
      { ...json(message), headers: { 'api-token': 'no' } },
      401,
      'token_invalid',
    ],
    ['to no operation', 'POST', '/messages', json(message), 404, 'not_found'],
    ['with a wrong method', 'DELETE', '/message', {}, 405, 'method_not_allowed'],
    ['of broken JSON', 'POST', '/message', { body: '{"id":' }, 400, 'malformed'],
    [
      'of no JSON',
      'POST',
      '/message',
      { body: 'id=1', headers: { 'content-type': 'application/x-www-form-urlencoded' } },
      415,
      'unsupported_media_type',
    ],
    [
      'of too much',
      'POST',
      '/message',
      json({ ...message, meta_of_ours: 'x'.repeat(262_144) }),
      413,
      'body_too_large',
    ],
    [
      'with a text that is too long',
      'POST',
      '/message',
      json({ ...message, text: 'ü'.repeat(8_193) }),
      422,
      'validation_failed',
    ],
    [
      'without an id',
      'POST',
      '/message',
      json({ ...message, id: undefined }),
      422,
      'validation_failed',
    ],
    [
      'without a chat',
      'POST',
      '/message',
      json({ ...message, chat_id: undefined }),
      422,
      'validation_failed',
    ],
    [
      'of two chats',
      'POST',
      '/message',
      json({ ...message, chat: { id: 'other' } }),
      422,
      'validation_failed',
    ],
    [
      'of no type',
      'POST',
      '/message',
      json({ ...message, type: undefined }),
      422,
      'validation_failed',
    ],
    [
      'of an unknown type',
      'POST',
      '/message',
      json({ ...message, type: 'secret' }),
      422,
      'validation_failed',
    ],
    [
      'of a system message for nobody',
      'POST',
      '/message',
      json({ ...message, type: 'system' }),
      422,
      'validation_failed',
    ],
    [
      'with type_role of a note',
      'POST',
      '/message',
      json({ ...message, type: 'note', type_role: 'client' }),
      422,
      'validation_failed',
    ],
    [
      'that says nothing',
      'POST',
      '/message',
      json({ ...message, text: undefined }),
      422,
      'validation_failed',
    ],
    ['of an array', 'POST', '/global', json([1]), 422, 'validation_failed'],
    ['of one operator', 'POST', '/update/operators', json({ id: 'o' }), 422, 'validation_failed'],
    [
      'of 501 operators',
      'POST',
      '/update/operators',
      json(Array.from({ length: 501 }, (_, id) => ({ id }))),
      422,
      'validation_failed',
    ],
    ['to nobody', 'POST', '/notifications/chat', json({ id: 'refused' }), 422, 'validation_failed'],
    ['to close whom', 'POST', '/sessions/disconnect', json({}), 422, 'validation_failed'],
    [
      'of an update whose type is not known',
      'PUT',
      '/message',
      json({ id: 'never', chat_id: 'refused', text: 'x' }),
      422,
      'type_required',
    ],
  ])('%s gets its problem and emits nothing', async (_what, method, path, call, status, code) => {
    const chatId = 'refused';
    const [desk, operator] = await Promise.all([cast.desk({ edge: 1 }), cast.operator(chatId)]);
    const answer = await backend.call(method, path, call);
    expect(answer.status).toBe(status);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    expect(answer.body).toMatchObject({
      status,
      code,
      title: expect.any(String),
      type: expect.any(String),
    });
    const { event_id } = await backend.say(chatId);
    const fence = await desk.next((frame) => frame.event_id === event_id);
    const first = await operator.next('messageAdded');
    expect(first.event_id).toBe(fence.event_id);
    expect(
      desk.all(({ event }) =>
        /^(message|chat|global|operator)\w*(Added|Updated|Notification)$/.test(event),
      ),
    ).toEqual([fence]);
  });

  test('names every wrong field', async () => {
    const { body } = await backend.call('POST', '/message', {
      body: { ...message, id: null, text: 5 },
    });
    const fields = body.errors.map(({ field }: { field: string }) => field);
    expect(fields).toEqual(['id', 'text']);
  });

  test('of a wrong method names the right ones', async () => {
    const { headers } = await backend.call('DELETE', '/message');
    expect(headers.get('allow')?.split(/, */).toSorted()).toEqual(['PATCH', 'POST', 'PUT']);
  });

  test('that changes the type of a message is 422', async () => {
    const chatId = stage.name('chat');
    const { id } = await backend.say(chatId, { type: 'note' });
    const { status, body } = await backend.call('PUT', '/message', {
      body: { id, chat_id: chatId, type: 'standard', text: 'x' },
    });
    expect(status).toBe(422);
    expect(body.code).toBe('type_immutable');
  });
});
