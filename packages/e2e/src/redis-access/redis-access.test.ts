/** A cluster whose processes have no more rights in Redis than their role needs, over TLS. */
import {
  startCluster,
  startScriptedBackend,
  type Cluster,
  type ScriptedBackend,
} from '@switchboard/testkit';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createBackend } from '../backend.ts';
import { createCast } from '../cast.ts';
import type { RedisUser } from './deployed-access.ts';
import { startGuardedRedis, type GuardedRedis } from './guarded-redis.ts';

let redis: GuardedRedis;
let cluster: Cluster;
/** Whom the hooks call. */
let hooked: ScriptedBackend;
let names = 0;
const cast = createCast(
  () => cluster,
  (kind) => `${kind}-${(names += 1)}`,
);
const backend = createBackend(() => ({ url: cluster.ingress.url, apiToken: cluster.apiToken }));

beforeAll(async () => {
  [redis, hooked] = await Promise.all([startGuardedRedis(), startScriptedBackend()]);
  cluster = await startCluster({
    redisUrl: redis.url('edge'),
    keyPrefix: 'sb:',
    env: {
      ...redis.env,
      ...hooked.env,
      EVENTS_HOOK_KINDS: 'messages,posted_messages,updates,receipts,users,operators',
      ROOM_GRACE_MS: '100',
    },
    envOf: { 'ingress-1': { REDIS_URL: redis.url('ingress') } },
  });
});
afterAll(async () => {
  await cast.leave();
  await cluster?.stop();
  await Promise.all([redis.stop(), hooked.stop()]);
});

const refusedCommands = async () => (await redis.as('admin')).call('ACL', 'LOG');

/** A backoff or two of the outbox, and two busy cores. */
const patience = { timeout: 30_000, interval: 50 };

describe('with the rights of their roles and over TLS', () => {
  test('edges and ingress carry a conversation, and are refused nothing', async () => {
    const operator = await cast.operator('room', { edge: 1 });
    const desk = await cast.desk({ edge: 0, id: 'o-9' });
    const visitor = await cast.visitor('room', { edge: 0 });
    visitor.sendFrame('sendMessage', { text: 'Hello', client_message_id: 'c1' });
    const { data } = await operator.next('messageAdded');
    operator.sendFrame('markMessageRead', { message_id: data.message.id, up_to: true });
    await visitor.next('messageUpdated');
    operator.sendFrame('updateTyping', { is_typing: true });
    await visitor.next('typingUpdated');
    await backend.say('room', { id: 'm-1' });
    await backend.put('/message', { id: 'm-1', chat_id: 'room', text: 'Changed' });
    await backend.post('/update/chat', {
      id: 'room',
      status: 'open',
      operator_user: { id: 'o-9' },
    });
    await desk.next('chatUpdated');
    await backend.post('/update/operators', [
      { id: 'o-9', sources: { widgets: [], departments: null } },
    ]);
    await backend.post('/global', { a: 1 });
    await desk.next('globalUpdated');
    await backend.post('/notifications/chat', { id: 'room', operator_user: { id: 'o-9' } });
    await desk.next('chatNotification');
    expect(await backend.get('/online-users')).toHaveLength(1);
    expect(await backend.get('/chats/room/members')).toHaveLength(2);
    expect((await backend.get('/chats/room/events')).complete).toBe(true);
    expect(await backend.get('/nodes')).toHaveLength(2);
    const back = await cast.visitor('room', {
      edge: 1,
      query: { history: 20, since: visitor.connected.data.position },
    });
    await back.next('caughtUp');
    await visitor.close();
    await operator.next('userDisconnected');
    await backend.post('/sessions/disconnect', { user_id: back.id, revoke: true });
    expect((await back.closed).code).toBe(4501);
    expect(await refusedCommands()).toEqual([]);
  });

  test('what a backend refuses or does not take for now is put aside, listed and delivered', async () => {
    const told = (chatId: string) =>
      [...hooked.events.values()].filter(({ frame }) => frame.chat_id === chatId).length;
    const visitor = await cast.visitor('spam', { edge: 0 });
    hooked.script({ hook: 'send', chatId: 'spam', times: 1, answer: { status: 422 } });
    visitor.sendFrame('sendMessage', { text: 'Buy', client_message_id: 'c1' });
    await visitor.next('messageNotAdded');
    const forgive = hooked.script({ hook: 'events', chatId: 'refused', answer: { status: 422 } });
    hooked.script({ hook: 'events', chatId: 'late', times: 3, answer: { status: 500 } });
    await Promise.all(['refused', 'late', 'other'].map((chatId) => backend.say(chatId)));
    const letters = async () => (await backend.get('/hand-off/dead-letters')).letters;
    await vi.waitFor(async () => expect(await letters()).toHaveLength(1), patience);
    await vi.waitFor(() => expect([told('late'), told('other')]).toEqual([1, 1]), patience);
    forgive();
    await backend.post('/hand-off/dead-letters/replay', { all: true });
    await vi.waitFor(() => expect(told('refused')).toBe(1), patience);
    await backend.post('/hand-off/dead-letters/discard', { ids: ['0:1-1'] });
    expect((await backend.get('/hand-off')).partitions).toHaveLength(16);
    expect(await refusedCommands()).toEqual([]);
    expect(hooked.problems).toEqual([]);
  });

  test('nobody comes in without the authority that signed Redis’ certificate', async () => {
    const { REDIS_TLS_CA_FILE: _left, ...env } = redis.env;
    const starting = startCluster({
      edges: 0,
      redisUrl: redis.url('ingress'),
      keyPrefix: 'sb:',
      env,
    });
    await expect(starting).rejects.toThrow(/certificate|did not answer/u);
  });
});

describe('a user may not', () => {
  const everybody: string[][] = [
    ['FLUSHALL'],
    ['FLUSHDB'],
    ['CONFIG', 'GET', '*'],
    ['KEYS', '*'],
    ['ACL', 'LIST'],
    ['SHUTDOWN', 'NOSAVE'],
    ['REPLICAOF', 'NO', 'ONE'],
    ['MONITOR'],
    ['DEBUG', 'SLEEP', '0'],
    ['SCRIPT', 'FLUSH'],
    ['FUNCTION', 'LIST'],
    ['CLIENT', 'KILL', 'TYPE', 'normal'],
    ['PSUBSCRIBE', '*'],
    ['GET', 'another:key'],
    ['SET', 'another:key', 'x'],
    ['SPUBLISH', 'another:{1}:room:x', 'x'],
    ['RESTORE', 'sb:{1}:x', '0', 'x'],
  ];
  const script = (body: string) => ['EVAL', body, '0'];
  const inScripts = [
    script("return redis.call('FLUSHALL')"),
    script("return redis.call('CONFIG', 'GET', '*')"),
    script("return redis.call('SET', 'another:key', 'x')"),
  ];
  const cases: [RedisUser, string[][]][] = [
    ['edge', [...everybody, ...inScripts]],
    [
      'ingress',
      [
        ...everybody,
        ...inScripts,
        ['DEL', 'sb:{ctl}:nodes'],
        ['ZADD', 'sb:{ctl}:nodes', '1', 'x'],
        ['HDEL', 'sb:{0}:desk', 'x'],
        ['XDEL', 'sb:{1}:log:outbox', '1-1'],
        script("return redis.call('XDEL', 'sb:{0}:feed', '1-1')"),
      ],
    ],
    [
      'operator',
      [
        ...everybody,
        script('return 1'),
        ['SET', 'sb:x', '1'],
        ['HSET', 'sb:{ctl}:cluster', 'partitions', '1'],
        ['XADD', 'sb:{1}:log:x', '*', 'a', 'b'],
        ['SPUBLISH', 'sb:{1}:room:x', 'x'],
        ['SSUBSCRIBE', 'sb:{1}:room:x'],
        ['DEL', 'sb:{ctl}:nodes'],
      ],
    ],
  ];

  test.each(cases)('as %s do what its role does not need', async (user, commands) => {
    const client = await redis.as(user);
    for (const [command = '', ...args] of commands) {
      await expect(client.call(command, ...args), `${command} ${args.join(' ')}`).rejects.toThrow(
        /NOPERM|No permissions|can't (?:run|access)|not allowed/iu,
      );
    }
  });

  test('as ingress be kept from delivering', async () => {
    const client = await redis.as('ingress');
    const body = "return redis.call('XDEL', KEYS[1], '1-1')";
    for (const key of ['sb:{1}:outbox', 'sb:{1}:outbox:dead']) {
      expect(await client.call('EVAL', body, '1', key)).toBe(0);
    }
    expect(await client.call('ZADD', 'sb:{1}:outbox-parked:chat', 'XX', '1', 'x')).toBe(0);
  });

  test('as operator be kept from looking', async () => {
    const client = await redis.as('operator');
    expect(await client.call('HGETALL', 'sb:{ctl}:cluster')).not.toEqual([]);
    expect(await client.call('ZCARD', 'sb:{ctl}:nodes')).toBeGreaterThan(0);
  });
});
