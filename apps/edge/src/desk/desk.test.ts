/** The operators' socket over two real edges: who gets what, resume, sources, presence. */
import { setTimeout as delay } from 'node:timers/promises';
import {
  chatNotification,
  chatFacts,
  chatUpdated,
  globalUpdated,
  operatorUpdated,
  partitionOf,
  type Chat,
} from '@switchboard/protocol';
import { findRedis, type RawSocket } from '@switchboard/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { settled, startEdges, textsOf, type EdgesUnderTest } from '../test/edges-under-test.ts';

let edges: EdgesUnderTest;
beforeAll(async () => {
  edges = await startEdges({ edges: 2, env: { DESK_GRACE_MS: '400', CHECKPOINT_AFTER_MS: '300' } });
});
afterAll(() => edges.stop());

let count = 0;
const unique = (name: string) => `${name}-${(count += 1)}`;
const closeAll = (...sockets: RawSocket[]) => Promise.all(sockets.map((socket) => socket.close()));
const only = (widgets: string[] | null, departments: string[] | null = null) => ({
  claims: {
    sources: {
      widgets: widgets?.map((id) => ({ id })) ?? null,
      departments: departments?.map((id) => ({ id })) ?? null,
    },
  },
});
const stamp = () => ({ eventId: unique('event'), ts: new Date().toISOString() });
const append = (event: ReturnType<typeof chatUpdated>, chat?: Chat) =>
  edges.bus.log.append({ event, deadlineMs: 5_000, ...(chat && { chat: chatFacts(chat) }) });
const update = (chat: Chat) => append(chatUpdated(chat, stamp()), chat);
/** Everything that was accepted before has been given to all of these sockets. */
const allSettled = async (sockets: readonly RawSocket[]) => {
  const mark = unique('mark');
  await append(globalUpdated({ mark }, stamp()));
  await Promise.all(sockets.map((socket) => socket.next((frame) => frame.data.mark === mark)));
  await delay(30);
  await Promise.all(sockets.map(settled));
};

describe('/broadcast', () => {
  it('brings messages that everyone may see, with their chat, and neither notes nor system messages', async () => {
    const chatId = unique('chat');
    const desk = await edges.desk('op', { edge: 1 });
    await update({ id: chatId, status: 'open', widget: { id: 'w1', name: 'Shop' } });
    expect(await desk.next('chatUpdated')).toMatchObject({
      chat_id: chatId,
      data: { chat: { id: chatId } },
    });
    await edges.post({ chat_id: chatId, type: 'note', text: 'note' });
    await edges.post({ chat_id: chatId, type: 'system', type_role: 'operator', text: 'system' });
    await edges.post({ chat_id: chatId, type: 'bot', text: 'bot' });
    await edges.post({ chat_id: chatId, text: 'standard' });
    const last = await desk.next((frame) => frame.data.message?.text === 'standard');
    expect(last).toMatchObject({
      data: { chat: { id: chatId, status: 'open', widget: { id: 'w1' } } },
    });
    expect(last.position).toMatch(/^\d+:/u);
    await allSettled([desk]);
    expect(textsOf(desk)).toEqual(['bot', 'standard']);
    await desk.close();
  });

  it('tells the same event under the id that the room got', async () => {
    const chatId = unique('chat');
    const [desk, op] = await Promise.all([edges.desk('op'), edges.operator('op', chatId)]);
    await edges.post({ chat_id: chatId });
    const [onDesk, inRoom] = await Promise.all([
      desk.next('messageAdded'),
      op.next('messageAdded'),
    ]);
    expect(onDesk.event_id).toBe(inRoom.event_id);
    await closeAll(desk, op);
  });

  it('brings operatorUpdated and globalUpdated to all, chatNotification to its operator alone', async () => {
    const [one, two, none] = await Promise.all([
      edges.desk('one'),
      edges.desk('two', { edge: 1 }),
      edges.desk('none', only([], [])),
    ]);
    await append(operatorUpdated({ id: 'one', status: 'away' }, stamp()));
    await append(globalUpdated({ banner: 'hi' }, stamp()));
    const body = {
      id: unique('chat'),
      operator_user: { id: 'two' },
      notification: { title: 'late' },
    };
    await append(chatNotification(body, stamp()));
    await allSettled([one, two, none]);
    for (const desk of [one, two, none]) {
      expect(desk.all('operatorUpdated')).toHaveLength(1);
      expect(desk.all((frame) => frame.data.banner === 'hi')).toHaveLength(1);
    }
    expect([one, two, none].map((desk) => desk.all('chatNotification').length)).toEqual([0, 1, 0]);
    await closeAll(one, two, none);
  });

  it('brings receipts and typing without position, receipts at most once a second', async () => {
    const chatId = unique('chat');
    const desk = await edges.desk('op');
    const ann = await edges.client('ann', chatId);
    const ids = ['a', 'b', 'c'].map((name) => `${chatId}-${name}`);
    for (const id of ids) await edges.post({ chat_id: chatId, id });
    for (const id of ids) ann.sendFrame('markMessageRead', { message_id: id }, id);
    ann.sendFrame('updateTyping', { is_typing: true, preview: 'secret' });
    const typing = await desk.next('typingUpdated');
    expect(typing.data).not.toHaveProperty('preview');
    await delay(1_500);
    const receipts = desk.all('messageUpdated');
    expect(receipts.map(({ data }) => data.message.id)).toEqual([ids[0], ids[2]]);
    for (const frame of [typing, ...receipts]) expect(frame).not.toHaveProperty('position');
    await closeAll(desk, ann);
  });
});

describe('sources', () => {
  it('filter by widget and department; null is all, an empty list none, the assigned operator always', async () => {
    const desks = await Promise.all([
      edges.desk('all'),
      edges.desk('all2', only(null)),
      edges.desk('w1', only(['w1'])),
      edges.desk('w1d1', { ...only(['w1'], ['d1']), edge: 1 }),
      edges.desk('d2', only(null, ['d2'])),
      edges.desk('none', only([], [])),
      edges.desk('assigned', { ...only([], []), edge: 1 }),
    ]);
    const seen = async (chat: Partial<Chat>) => {
      const id = unique('chat');
      await update({ id, ...chat });
      const text = unique('text');
      await edges.post({ chat_id: id, text });
      await allSettled(desks);
      const who = desks.filter((desk) => textsOf(desk).includes(text));
      for (const desk of who)
        expect(textsOf(desk).filter((other) => other === text)).toHaveLength(1);
      return who.map((desk) => desk.frames[0]!.data.user.id as string);
    };
    const w1 = { widget: { id: 'w1' } };
    expect(await seen(w1)).toEqual(['all', 'all2', 'w1', 'w1d1', 'd2']);
    expect(await seen({ ...w1, department: { id: 'd1' } })).toEqual(['all', 'all2', 'w1', 'w1d1']);
    expect(await seen({ ...w1, department: { id: 'd2' } })).toEqual(['all', 'all2', 'w1', 'd2']);
    expect(await seen({ widget: { id: 'w2' }, department: null })).toEqual(['all', 'all2', 'd2']);
    expect(await seen({ operator_user: { id: 'assigned' } })).toEqual([
      'all',
      'all2',
      'd2',
      'assigned',
    ]);
    await closeAll(...desks);
  });

  it('of an update let the old and the new audience know', async () => {
    const id = unique('chat');
    const desks = await Promise.all([
      edges.desk('old', only(['old'])),
      edges.desk('new', only(['new'])),
    ]);
    await update({ id, widget: { id: 'old' } });
    await update({ id, widget: { id: 'new' } });
    await update({ id, subject: 'x' });
    await allSettled(desks);
    expect(desks.map((desk) => desk.all('chatUpdated').length)).toEqual([2, 2]);
    await closeAll(...desks);
  });

  it('change live, and hold for the next connect too', async () => {
    const id = unique('chat');
    await update({ id, widget: { id: 'live' } });
    const operatorId = unique('operator');
    const desk = await edges.desk(operatorId, only([]));
    await edges.post({ chat_id: id, text: 'before' });
    const sourcesJson = JSON.stringify({ widgets: [{ id: 'live' }], departments: null });
    const position = '0:1-0.first';
    await edges.bus.control.setSources(operatorId, sourcesJson, { position, isRepeat: false });
    const command = { kind: 'sources', operatorId, sourcesJson, position } as const;
    expect(await edges.bus.control.ask(command, 2_000)).toBe(1);
    await edges.post({ chat_id: id, text: 'after' });
    await allSettled([desk]);
    expect(textsOf(desk)).toEqual(['after']);
    const session = (await edges.bus.presence.desk())
      .flatMap(({ sessions }) => sessions)
      .find(({ user }) => user === `operator:${operatorId}`);
    expect(JSON.parse(session!.sessionJson!)).toMatchObject({
      sources: { widgets: [{ id: 'live' }] },
    });
    const next = await edges.desk(operatorId, { ...only([]), edge: 1 });
    await edges.post({ chat_id: id, text: 'again' });
    await allSettled([next]);
    expect(textsOf(next)).toEqual(['again']);
    await closeAll(desk, next);
  });
});

describe('resume at the desk', () => {
  it('brings what was missed from all partitions before anything live, filtered as it was then', async () => {
    const desk = await edges.desk('op', only(['w']));
    await allSettled([desk]);
    const { position } = (await desk.next((frame) => frame.event === 'checkpoint', 2_000)).data;
    await desk.close();
    const chats = Array.from({ length: 12 }, () => unique('chat'));
    for (const id of chats) await update({ id, widget: { id: 'w' } });
    for (const id of chats) await edges.post({ chat_id: id, text: id });
    for (const id of chats) await update({ id, widget: { id: 'elsewhere' } });
    for (const id of chats) await edges.post({ chat_id: id, text: `${id} hidden` });
    const back = await edges.desk('op', { ...only(['w']), edge: 1, query: { since: position } });
    expect(back.frames[0]).toMatchObject({ data: { resumed: true, position } });
    await back.next('caughtUp');
    expect(textsOf(back).toSorted()).toEqual(chats.toSorted());
    await back.close();
  });

  it('under traffic loses nothing and repeats nothing, also from single positions kept per partition', async () => {
    const total = 400;
    const chats = Array.from({ length: 8 }, () => unique('chat'));
    const first = await edges.desk('op');
    let map = new Map(
      (first.frames[0]!.data.position as string)
        .split(',')
        .map((part) => part.split(':') as [string, string]),
    );
    await first.close();
    const writing = (async () => {
      for (let index = 0; index < total; index += 1) {
        await edges.post({ chat_id: chats[index % chats.length]!, text: `t${index}` });
      }
    })();
    const seen: string[] = [];
    for (let turn = 0; seen.length < total && turn < 60; turn += 1) {
      const since = [...map].map((entry) => entry.join(':')).join(',');
      const socket = await edges.desk('op', { edge: turn % 2, query: { since } });
      expect(socket.frames[0]!.data.resumed).toBe(true);
      await delay(50);
      socket.terminate();
      await socket.closed;
      seen.push(...textsOf(socket));
      for (const { position, event } of socket.frames) {
        if (event !== 'checkpoint' && position !== undefined)
          map = map.set(...(position.split(':') as [string, string]));
      }
    }
    await writing;
    expect(seen.length).toBe(total);
    expect(new Set(seen).size).toBe(total);
    for (const [index] of chats.entries()) {
      const own = seen.filter((text) => Number(text.slice(1)) % chats.length === index);
      expect(own).toEqual(own.toSorted((a, b) => Number(a.slice(1)) - Number(b.slice(1))));
    }
  });

  it.each(['', 'nonsense', '0:0', '0:1-1.abc,'.repeat(15) + '15:0'])(
    'from %s is not honoured',
    async (since) => {
      const desk = await edges.desk('op', { query: { since } });
      expect(desk.frames[0]!.data.resumed).toBe(false);
      expect(desk.frames[0]!.data.position.split(',')).toHaveLength(16);
      await desk.close();
    },
  );

  it('gives the newest messages of all partitions together as history', async () => {
    const texts = Array.from({ length: 20 }, () => unique('history'));
    for (const text of texts) {
      await edges.post({ chat_id: unique('chat'), text });
      await delay(2);
    }
    const desk = await edges.desk('op', { query: { history: 5 } });
    expect(await desk.next('caughtUp')).toMatchObject({ data: { count: 5 } });
    expect(textsOf(desk).toSorted()).toEqual(texts.slice(-5).toSorted());
    await desk.close();
  });
});

describe('presence at the desk', () => {
  it('tells the first and the last session of an operator, after the grace', async () => {
    const watcher = await edges.desk('watcher');
    const operatorId = unique('operator');
    const one = await edges.desk(operatorId, { edge: 1, query: { app: 'console/1.0' } });
    expect(
      await watcher.next((frame) => frame.data.operator_user?.id === operatorId),
    ).toMatchObject({ event: 'operatorConnected' });
    expect(one.frames[0]!.data.operators.map(({ id }: { id: string }) => id)).toContain(operatorId);
    const session = (await edges.bus.presence.desk())
      .flatMap(({ sessions }) => sessions)
      .find(({ user }) => user === `operator:${operatorId}`);
    expect(JSON.parse(session!.sessionJson!)).toEqual({
      sources: { widgets: null, departments: null },
      connected_at: expect.stringMatching(/Z$/u),
      app: 'console/1.0',
    });
    const two = await edges.desk(operatorId);
    await one.close();
    await two.close();
    const live = () => edges.bus.presence.deskSessionsOf(operatorId);
    await expect.poll(live, { timeout: 300, interval: 20 }).toBe(0);
    expect(
      await watcher.next(
        (frame) =>
          frame.event === 'operatorDisconnected' && frame.data.operator_user.id === operatorId,
      ),
    ).toBeDefined();
    expect(watcher.all((frame) => frame.data.operator_user?.id === operatorId)).toHaveLength(2);
    await watcher.close();
  });
});

/** As a raw client keeps it: a complete position, one partition of it overwritten by each logged event. */
function sinceOf({ frames }: RawSocket): string {
  const map = new Map<string, string>();
  for (const { position, data } of frames) {
    const told = position ?? data.position;
    if (typeof told !== 'string') continue;
    for (const part of told.split(',')) map.set(...(part.split(':') as [string, string]));
  }
  return [...map].map((entry) => entry.join(':')).join(',');
}

async function loseFeed(chatId: string): Promise<void> {
  const redis = await findRedis();
  const client = redis.client();
  const feed = `${edges.cluster.keyPrefix}{${partitionOf(chatId, 16)}}:feed`;
  expect(await client.del(feed, `${feed}:state`)).toBe(2);
  client.disconnect();
}

describe('a lost feed', () => {
  it('is told in band by a new connected, and the socket goes on', async () => {
    const desk = await edges.desk('op');
    const chatId = unique('chat');
    await edges.post({ chat_id: chatId, text: 'before' });
    await desk.next('messageAdded');
    await loseFeed(chatId);
    await edges.post({ chat_id: chatId, text: 'in another history' });
    const again = await desk.next('connected', 8_000);
    expect(again.data).toMatchObject({
      resumed: false,
      session_id: desk.frames[0]!.data.session_id,
    });
    await edges.post({ chat_id: chatId, text: 'after' });
    await desk.next((frame) => frame.data.message?.text === 'after');
    await desk.close();
  });

  it('is told at the latest to who has left before it was told, however far it was', async () => {
    const chatId = unique('chat');
    const desks = await Promise.all(Array.from({ length: 8 }, (_, n) => edges.desk(`left ${n}`)));
    await edges.post({ chat_id: chatId, text: 'before' });
    await Promise.all(desks.map((desk) => desk.next('messageAdded')));
    await loseFeed(chatId);
    await edges.post({ chat_id: chatId, text: 'in another history' });
    // Time for a checkpoint, and for some of them to be told.
    await delay(600);
    await edges.post({ chat_id: chatId, text: 'after' });
    await Promise.all(desks.map(settled));
    let untold = 0;
    for (const [n, desk] of desks.entries()) {
      desk.terminate();
      await desk.closed;
      const isTold = desk.all('connected').some(({ data }) => data.resumed === false);
      if (isTold) continue;
      untold += 1;
      const back = await edges.desk(`left ${n}`, { query: { since: sinceOf(desk) }, edge: 1 });
      expect(back.frames[0]!.data.resumed).toBe(false);
      await back.close();
    }
    expect(untold).toBeGreaterThan(0);
  });
});
