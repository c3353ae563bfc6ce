/** Everything that carries a credential is done, with the log at its most talkative; then it is looked for everywhere. */
import { randomBytes } from 'node:crypto';
import { mintToken, openChat, openSocket, startRedis, type Redis } from '@switchboard/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { raiseStage } from './stage.ts';

let redis: Redis;
const redisPassword = randomBytes(12).toString('base64url');
const written: string[] = [];
const env: Record<string, string> = { LOG_LEVEL: 'trace' };

beforeAll(async () => {
  redis = await startRedis();
  const admin = redis.client();
  await admin.call('ACL', 'SETUSER', 'app', 'on', `>${redisPassword}`, '~*', '&*', '+@all');
  env['REDIS_URL'] = `redis://app:${redisPassword}@127.0.0.1:${redis.port}`;
});
afterAll(() => redis.stop());

const stage = raiseStage({ env, onOutput: (node, line) => void written.push(`${node} ${line}`) });
const { backend } = stage;

const url = (index = 0) => stage.cluster.edges[index]!.url;

/** What a refusal says; frames when it was none. */
const said = (opening: Promise<{ frames: readonly unknown[]; closed: Promise<unknown> }>) =>
  opening.then(
    async (socket) => JSON.stringify([await socket.closed, socket.frames]),
    (error: unknown) => String(error),
  );

test('no token, key or password is in a log, a metric, an answer or a page', async () => {
  const { cluster, name } = stage;
  const room = name('room');
  const claims = { sub: name('visitor'), role: 'client' as const, chat_id: room };
  const mint = (more: object = {}, expiresInS?: number) =>
    mintToken(
      cluster.authSecret,
      { ...claims, jti: randomBytes(4).toString('hex'), ...more },
      expiresInS,
    );
  const good = await Promise.all([mint(), mint(), mint()]);
  const fresh = await mint();
  const bad = [
    await mint({}, -60),
    await mint({ role: 'admin' }),
    `${fresh.slice(0, -6)}AAAAAA`,
    'secret-that-is-no-token',
  ];
  const apiKeys = ['wrong-api-token-1', 'wrong-api-token-2'];
  const outputs: string[] = [];

  for (const [index, tokenBy] of (['subprotocol', 'header', 'query'] as const).entries()) {
    const socket = await openChat({
      url: url(index % 2),
      token: good[index]!,
      tokenBy,
      chatId: room,
    });
    await socket.next('connected');
    socket.sendFrame('sendMessage', { text: 'x' });
    await socket.next('messageAdded');
    if (index === 0) {
      socket.sendFrame('refreshToken', { token: fresh }, 'good');
      await socket.next('tokenRefreshed');
      for (const token of bad) {
        socket.sendFrame('refreshToken', { token }, 'bad');
        await socket.next('error');
      }
    }
    outputs.push(JSON.stringify(socket.frames));
    await socket.close();
  }
  for (const token of bad) {
    for (const tokenBy of ['subprotocol', 'header', 'query'] as const) {
      outputs.push(await said(openChat({ url: url(), token, tokenBy, chatId: room })));
      outputs.push(
        await said(
          openChat({ url: url(), token, tokenBy, headers: { origin: 'https://a.example' } }),
        ),
      );
    }
    outputs.push(await said(openSocket('/nowhere', { url: url(), token, tokenBy: 'query' })));
  }
  for (const key of apiKeys) {
    const answer = await backend.call('POST', `/message?token=${key}`, {
      body: { id: key },
      headers: { 'api-token': key },
    });
    outputs.push(JSON.stringify([answer.body, [...answer.headers]]));
  }
  await backend.say(room);
  await backend.post('/sessions/disconnect', { user_id: claims.sub, revoke: true });
  // A Redis that refuses: its errors carry commands.
  const admin = redis.client();
  await admin.call('ACL', 'SETUSER', 'app', '-xadd');
  const refused = await backend.call('POST', '/message', {
    body: { id: name('m'), chat_id: room, type: 'standard', text: 'kept-from-the-log' },
  });
  expect(refused.status).toBeGreaterThanOrEqual(500);
  await admin.call('ACL', 'SETUSER', 'app', '+xadd');
  for (const path of [
    '/online-users',
    '/nodes',
    `/chats/${room}/events`,
    `/chats/${room}/members`,
    '/docs',
    '/docs/async',
    '/openapi.json',
    '/asyncapi.json',
    '/health/ready',
  ]) {
    const { body } = await backend.call('GET', path);
    outputs.push(typeof body === 'string' ? body : JSON.stringify(body));
  }
  for (const node of [...cluster.edges, ...cluster.ingresses]) {
    for (const path of ['/metrics', '/health/ready', '/health/live', '/nothing'])
      outputs.push(await (await fetch(node.privateUrl + path)).text());
  }
  await cluster.stop();

  const everything = [...outputs, ...written].join('\n');
  const signatures = [...good, fresh, bad[0]!, bad[1]!].map((token) => token.split('.')[2]!);
  const secrets = [
    ...signatures,
    bad[2]!,
    bad[3]!,
    cluster.authSecret,
    cluster.apiToken,
    redisPassword,
  ];
  expect(secrets.filter((secret) => everything.includes(secret))).toEqual([]);
  expect(apiKeys.filter((key) => written.join('\n').includes(key))).toEqual([]);
  expect(written.join('\n')).not.toContain('kept-from-the-log');
  expect(written.length).toBeGreaterThan(0);
});
