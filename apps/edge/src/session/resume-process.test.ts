/** Who comes back: asked again who it is, told what it missed, or told to come back once more. */
import { setTimeout as delay } from 'node:timers/promises';
import { openChat, startRedis, type RawSocket, type UpgradeRefused } from '@switchboard/testkit';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startEdges, textsOf, type EdgesUnderTest } from '../test/edges-under-test.ts';

const origin = { origin: 'https://example.org' };

describe('a resume', () => {
  let edges: EdgesUnderTest;
  beforeAll(async () => {
    edges = await startEdges({ env: { CHECKPOINT_AFTER_MS: '300' } });
  });
  afterAll(() => edges.stop());

  /** Where somebody who was there stands. */
  const positionOf = async (chatId: string): Promise<string> => {
    const socket = await edges.client('guide', chatId, { past: false });
    const { data } = await socket.next('connected');
    await socket.close();
    return data.position as string;
  };
  const resume = async (chatId: string, token: string, headers = {}): Promise<RawSocket> => {
    const since = await positionOf(chatId);
    return openChat({ url: edges.url(), token, chatId, query: { since }, headers });
  };
  const statusOf = (opening: Promise<RawSocket>): Promise<number> =>
    opening.then(
      () => 101,
      (error: unknown) => (error as UpgradeRefused).status,
    );
  const client = { sub: 'ann', role: 'client' } as const;

  it('with a token that was revoked meanwhile is closed with 4500 before it is told anything', async () => {
    const token = await edges.token({ ...client, chat_id: 'revoked' });
    const socket = await openChat({ url: edges.url(), token });
    await socket.next('connected');
    await edges.bus.control.ask({ kind: 'disconnect', userId: 'ann', revoke: true }, 2_000);
    expect(await socket.closed).toMatchObject({ code: 4501 });
    const back = await resume('revoked', token);
    expect(await back.closed).toMatchObject({ code: 4500 });
    expect(back.frames).toEqual([]);
  });

  it('with a token that has expired is told so: 401, in a browser 4004', async () => {
    // Lives for one to two seconds: tokens end at whole ones.
    const token = await edges.token({ ...client, chat_id: 'expired' }, 2);
    const socket = await openChat({ url: edges.url(), token });
    expect(await socket.closed).toMatchObject({ code: 4004 });
    expect(await statusOf(resume('expired', token))).toBe(401);
    const browser = await resume('expired', token, origin);
    expect(await browser.closed).toMatchObject({ code: 4004 });
  });

  it('of a room that the new token does not allow is told so: 403, in a browser 4504', async () => {
    const operator = await edges.token({ sub: 'olga', role: 'operator', chats: ['other'] });
    const visitor = await edges.token({ ...client, chat_id: 'other' });
    for (const token of [operator, visitor]) {
      expect(await statusOf(resume('mine', token))).toBe(403);
      const browser = await resume('mine', token, origin);
      expect(await browser.closed).toMatchObject({ code: 4504 });
      expect(browser.frames).toEqual([]);
    }
  });

  it('at the desk goes on from the last checkpoint, under traffic and when it is quiet', async () => {
    const desk = await edges.desk('olga');
    for (let count = 0; count < 3; count += 1) {
      for (let index = 0; index < 20; index += 1) await edges.post({ chat_id: `desk-${index}` });
      const { data } = await desk.next('checkpoint', 5_000);
      const since = data.position as string;
      const told = desk.frames.indexOf(
        desk.frames.findLast(({ event }) => event === 'checkpoint')!,
      );
      await edges.post({ chat_id: 'desk-1', text: `after ${count}` });
      await expect.poll(() => textsOf(desk).at(-1)).toBe(`after ${count}`);
      const missed = desk.frames.slice(told).filter(({ event }) => event === 'messageAdded');
      const back = await edges.desk('olga', { query: { since } });
      await back.next('caughtUp');
      // Between chats there is no order.
      const texts = missed.map((frame) => frame.data.message.text as string);
      expect(textsOf(back).toSorted()).toEqual(texts.toSorted());
      await back.close();
    }
    await delay(700);
    const quiet = desk.all('checkpoint').length;
    await delay(700);
    expect(desk.all('checkpoint')).toHaveLength(quiet);
    await desk.close();
  }, 20_000);
});

describe('while Redis is away', () => {
  const cleanUps: (() => unknown)[] = [];
  afterEach(async () => {
    for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
  });

  it('joins are sent home to come back, sockets stay, and nothing is executed after its answer', async () => {
    const redis = await startRedis();
    cleanUps.push(() => redis.stop());
    const edges = await startEdges({ env: { APPEND_TIMEOUT_MS: '500' }, redisUrl: redis.url });
    cleanUps.push(() => edges.stop());
    const ann = await edges.client('ann', 'chat');
    const bob = await edges.client('bob', 'chat');
    const { position } = (await edges.post({ chat_id: 'chat', text: 'before' })) as never;
    await redis.kill('SIGSTOP');
    const since = { query: { since: position }, past: false };
    const joining = await edges.client('eve', 'chat', since);
    const begun = performance.now();
    ann.sendFrame('sendMessage', { text: 'never' }, 'r1');
    const refused = await ann.next('messageNotAdded');
    expect(refused).toMatchObject({ request_id: 'r1', data: { code: 'unavailable' } });
    expect(performance.now() - begun).toBeLessThan(2_500);
    expect(await joining.closed).toMatchObject({ code: 1013, reason: 'unavailable' });
    await redis.kill('SIGCONT');
    const back = () => edges.client('eve', 'chat', since).catch(() => undefined);
    await expect
      .poll(async () => (await back())?.next('connected'), { timeout: 10_000 })
      .toBeTruthy();
    ann.sendFrame('sendMessage', { text: 'after' }, 'r2');
    await ann.next(({ request_id: id }) => id === 'r2', 8_000);
    await expect.poll(() => textsOf(bob)).toEqual(['before', 'after']);
  }, 40_000);
});
