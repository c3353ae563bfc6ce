/** Coming back with `since`, on another edge and while others talk: nothing lost, nothing twice. */
import type { Frame } from '@switchboard/testkit';
import { describe, expect, test } from 'vitest';
import type { Entrance, Player } from './cast.ts';
import { raiseStage } from './stage.ts';

const stage = raiseStage();
const { backend, cast } = stage;

const textsOf = (frames: readonly Frame[]): string[] => frames.map(({ data }) => data.message.text);
const messages = (player: Player): Frame[] => player.all('messageAdded');

/** Posts numbered messages, one after the other, until told to stop; resolves with what was said. */
const startTalk = (chatIds: readonly string[]) => {
  const said: { chatId: string; text: string }[] = [];
  let going = true;
  const talk = async (chatId: string) => {
    for (let number = 0; going; number += 1) {
      const text = `${chatId} ${number}`;
      await backend.say(chatId, { id: text, text });
      said.push({ chatId, text });
    }
  };
  const talks = Promise.all(chatIds.map(talk));
  return {
    stop: async () => {
      going = false;
      await talks;
      return said;
    },
  };
};

describe('since on /chat', () => {
  test('brings what was missed in order, then caughtUp, then what is live', async () => {
    const chatId = stage.name('chat');
    const first = await cast.visitor(chatId, { edge: 0 });
    await backend.say(chatId, { text: 'seen' });
    const { position } = await first.next('messageAdded');
    first.terminate();
    const missed = [];
    for (const text of ['a', 'b', 'c']) missed.push(await backend.say(chatId, { text }));
    const back = await cast.visitor(chatId, { edge: 1, id: first.id, query: { since: position! } });
    await back.next('caughtUp');
    const live = await backend.say(chatId, { text: 'd' });
    await back.next(({ event_id }) => event_id === live.event_id);
    expect(back.connected.data).toMatchObject({ resumed: true, position });
    const frames = back.frames.filter(({ event }) => event !== 'userConnected');
    expect(frames.map(({ event }) => event)).toEqual([
      'connected',
      ...missed.map(() => 'messageAdded'),
      'caughtUp',
      'messageAdded',
    ]);
    expect(back.all('caughtUp')[0]!.data).toEqual({ count: 3 });
    expect(messages(back).map(({ event_id }) => event_id)).toEqual(
      [...missed, live].map(({ event_id }) => event_id),
    );
  });

  test('replays frames as they were, to the letter', async () => {
    const chatId = stage.name('chat');
    const visitor = await cast.visitor(chatId, { edge: 0 });
    const { id } = await backend.say(chatId);
    await backend.put('/message', { id, chat_id: chatId, text: 'edited' });
    visitor.sendFrame('markMessageRead', { message_id: id });
    const last = await visitor.next(
      ({ event, data }) => event === 'messageUpdated' && data.message.read_at,
    );
    const { position } = visitor.connected.data;
    const guest = await cast.visitor(chatId, { edge: 1, query: { since: position } });
    await guest.next('caughtUp');
    const logged = ({ position }: Frame) => position !== undefined;
    expect(guest.all(logged)).toEqual(visitor.all(logged));
    expect(guest.all(logged).at(-1)).toEqual(last);
  });

  test('of one who has missed nothing is honoured with nothing', async () => {
    const chatId = stage.name('chat');
    const { connected } = await cast.visitor(chatId, { edge: 0 });
    for (const edge of [0, 1]) {
      const query = { since: connected.data.position };
      const back = await cast.visitor(chatId, { edge, query });
      expect(back.connected.data.resumed).toBe(true);
      expect((await back.next('caughtUp')).data).toEqual({ count: 0 });
    }
  });

  test('again and again during traffic, from edge to edge, loses nothing and repeats nothing', async () => {
    const chatId = stage.name('chat');
    let visitor = await cast.visitor(chatId, { edge: 0 });
    const { id, token } = visitor;
    let since: string = visitor.connected.data.position;
    const got: Frame[] = [];
    const talk = startTalk([chatId]);
    const leave = async () => {
      visitor.terminate();
      await visitor.closed;
      got.push(...messages(visitor));
      since = got.at(-1)?.position ?? since;
    };
    for (let round = 1; round <= 20; round += 1) {
      // Every third time it goes at once: in the middle of its replay, if not before it.
      if (round % 3 !== 0) await visitor.next('messageAdded');
      await leave();
      visitor = await cast.visitor(chatId, { edge: round % 2, id, token, query: { since } });
      expect(visitor.connected.data.resumed).toBe(true);
    }
    const said = await talk.stop();
    const { event_id } = await backend.say(chatId, { text: 'end' });
    await visitor.next((frame) => frame.event_id === event_id);
    await leave();
    expect(textsOf(got)).toEqual([...said.map(({ text }) => text), 'end']);
    expect(said.length).toBeGreaterThan(20);
  });

  test('shows on replay what the role may see, and no more', async () => {
    const chatId = stage.name('chat');
    const { connected } = await cast.visitor(chatId, { edge: 0 });
    const { position } = connected.data;
    const kinds = [
      { type: 'standard', text: 'standard' },
      { type: 'note', text: 'note' },
      { type: 'system', type_role: 'operator', text: 'system operator' },
      { type: 'system', type_role: 'client', text: 'system client' },
      { type: 'bot', text: 'bot' },
    ];
    const added = [];
    for (const kind of kinds) added.push(await backend.say(chatId, kind));
    for (const { id } of added)
      await backend.put('/message', { id, chat_id: chatId, meta: { edited: true } });
    const query = { since: position };
    const guest = await cast.visitor(chatId, { edge: 1, query });
    const operator = await cast.operator(chatId, { edge: 1, query });
    expect((await guest.next('caughtUp')).data.count).toBe(6);
    expect((await operator.next('caughtUp')).data.count).toBe(8);
    expect(textsOf(messages(guest))).toEqual(['standard', 'system client', 'bot']);
    expect(textsOf(messages(operator))).toEqual(['standard', 'note', 'system operator', 'bot']);
    const updatesOf = (player: Player) =>
      player.all('messageUpdated').map(({ data }) => data.message.type);
    expect(updatesOf(guest)).toEqual(['standard', 'system', 'bot']);
    expect(updatesOf(operator)).toEqual(['standard', 'note', 'system', 'bot']);
  });

  test.each([
    ['malformed', () => 'rubbish'],
    ['of no log', (position: string) => position.replace(/^\d+/, '1')],
    ['that was never given', (position: string) => `${position}0`],
    ['of another chat', () => elsewhere()],
  ])('%s is not honoured, told and never refused', async (_what, forge) => {
    const chatId = stage.name('chat');
    await backend.say(chatId);
    const { position } = await backend.say(chatId);
    const back = await cast.visitor(chatId, { edge: 1, query: { since: await forge(position) } });
    expect(back.connected.data).toMatchObject({ resumed: false, position });
    const { event_id } = await backend.say(chatId);
    await back.next((frame) => frame.event_id === event_id);
    expect(messages(back).map((frame) => frame.event_id)).toEqual([event_id]);
  });

  const elsewhere = async (): Promise<string> => {
    const { position } = await backend.say(stage.name('chat'));
    return position;
  };

  test('that is too old is not honoured, and then history is', async () => {
    const chatId = stage.name('chat');
    const { position: old } = await backend.say(chatId);
    const items = Array.from({ length: 700 }, (_, index) => ({
      path: '/message',
      body: { id: `m-${index}`, chat_id: chatId, type: 'standard', text: `${index}` },
    }));
    const answers = await backend.post('/batch', items);
    const recent = answers.at(-3).body.position;
    const late = await cast.visitor(chatId, { edge: 0, query: { since: old, history: 5 } });
    expect(late.connected.data.resumed).toBe(false);
    await late.next(({ data }) => data.message?.text === '699');
    expect(textsOf(messages(late))).toEqual(['695', '696', '697', '698', '699']);
    const good = await cast.visitor(chatId, { edge: 1, query: { since: recent, history: 5 } });
    expect(good.connected.data.resumed).toBe(true);
    await good.next('caughtUp');
    expect(textsOf(messages(good))).toEqual(['698', '699']);
  });
});

describe('connected', () => {
  test('means live: whatever is accepted after it was read arrives, without since', async () => {
    const chatId = stage.name('chat');
    const stopTalk = startTalk([chatId]).stop;
    for (let round = 0; round < 60; round += 1) {
      const entrance = { edge: round % 2 };
      const player = await (round % 3 === 0 ? cast.desk(entrance) : cast.visitor(chatId, entrance));
      const { event_id } = await backend.say(chatId, { id: `round-${round}` });
      await player.next((frame) => frame.event_id === event_id);
      const positions = messages(player).map(({ position }) => position);
      expect(new Set(positions).size).toBe(positions.length);
    }
    await stopTalk();
  });

  test('has a position from which nothing is lost that was accepted before and came after', async () => {
    const chatId = stage.name('chat');
    const stopTalk = startTalk([chatId]).stop;
    const players: Player[] = [];
    for (let round = 0; round < 10; round += 1) {
      players.push(await cast.visitor(chatId, { edge: round % 2 }));
    }
    await stopTalk();
    const { event_id } = await backend.say(chatId, { text: 'end' });
    for (const player of players) {
      await player.next((frame) => frame.event_id === event_id);
      const query = { since: player.connected.data.position };
      const again = await cast.visitor(chatId, { edge: 1, query });
      await again.next('caughtUp');
      expect(textsOf(messages(player))).toEqual(textsOf(messages(again)));
    }
  });
});

describe('history', () => {
  test('is everything from the N-th newest messageAdded that one may see', async () => {
    const chatId = stage.name('chat');
    const oldest = await backend.say(chatId, { text: '1' });
    for (const text of ['2', '3']) await backend.say(chatId, { text });
    for (const text of ['n1', 'n2']) await backend.say(chatId, { type: 'note', text });
    await backend.say(chatId, { text: '4' });
    await backend.put('/message', { id: oldest.id, chat_id: chatId, meta: { late: true } });
    const visitor = await cast.visitor(chatId, { edge: 0, query: { history: 2 } });
    const operator = await cast.operator(chatId, { edge: 1, query: { history: 2 } });
    for (const player of [visitor, operator]) {
      await player.next('messageUpdated');
      expect(player.connected.data).not.toHaveProperty('resumed');
    }
    expect(textsOf(messages(visitor))).toEqual(['3', '4']);
    expect(textsOf(messages(operator))).toEqual(['n2', '4']);
    const { event_id } = await backend.say(chatId, { text: 'live' });
    await visitor.next((frame) => frame.event_id === event_id);
    expect(textsOf(messages(visitor))).toEqual(['3', '4', 'live']);
  });

  test('of more than there is, is all of it', async () => {
    const chatId = stage.name('chat');
    for (const text of ['1', '2']) await backend.say(chatId, { text });
    const visitor = await cast.visitor(chatId, { edge: 1, query: { history: 200 } });
    await visitor.next(({ data }) => data.message?.text === '2');
    expect(textsOf(messages(visitor))).toEqual(['1', '2']);
  });

  test('on /broadcast is the newest of all chats', async () => {
    const chatIds = Array.from({ length: 6 }, () => stage.name('chat'));
    for (const chatId of chatIds) await backend.say(chatId, { text: chatId });
    await backend.say(chatIds[0]!, { type: 'note', text: 'hidden' });
    const desk = await cast.desk({ edge: 1, query: { history: 3 } });
    for (const chatId of chatIds.slice(-3)) await desk.next(({ chat_id }) => chat_id === chatId);
    const { event_id } = await backend.say(chatIds[0]!, { text: 'live' });
    await desk.next((frame) => frame.event_id === event_id);
    expect(textsOf(messages(desk)).toSorted()).toEqual([...chatIds.slice(-3), 'live'].toSorted());
  });
});

/** `since` of a desk as the contract lets a raw client keep it: one position per partition. */
const createPositions = (complete: string) => {
  const positions = new Map(complete.split(',').map((one) => [one.split(':')[0], one]));
  return {
    take: ({ position }: Frame) => {
      if (position !== undefined) positions.set(position.split(':')[0], position);
    },
    since: () => [...positions.values()].join(','),
  };
};

const backAtDesk = (desk: Player, since: string, entrance: Entrance = {}): Promise<Player> =>
  cast.desk({ id: desk.id, token: desk.token, query: { since }, ...entrance });

describe('since on /broadcast', () => {
  test('again and again during traffic in many chats, from edge to edge, loses and repeats nothing', async () => {
    const chatIds = Array.from({ length: 12 }, () => stage.name('chat'));
    let desk = await cast.desk({ edge: 0 });
    const positions = createPositions(desk.connected.data.position);
    const got: Frame[] = [];
    const talk = startTalk(chatIds);
    const leave = async () => {
      desk.terminate();
      await desk.closed;
      for (const frame of desk.frames) positions.take(frame);
      got.push(...messages(desk).filter(({ chat_id }) => chatIds.includes(chat_id!)));
    };
    for (let round = 1; round <= 10; round += 1) {
      await desk.next('messageAdded');
      await leave();
      desk = await backAtDesk(desk, positions.since(), { edge: round % 2 });
      expect(desk.connected.data.resumed).toBe(true);
    }
    const said = await talk.stop();
    for (const chatId of chatIds) {
      const { event_id } = await backend.say(chatId, { text: 'end' });
      await desk.next((frame) => frame.event_id === event_id);
    }
    await leave();
    for (const chatId of chatIds) {
      const texts = textsOf(got.filter(({ chat_id }) => chat_id === chatId));
      const spoken = said.filter((one) => one.chatId === chatId).map(({ text }) => text);
      expect(texts).toEqual([...spoken, 'end']);
    }
    expect(said.length).toBeGreaterThan(chatIds.length);
  });

  test('takes the position of connected and brings back all kinds of logged events', async () => {
    const desk = await cast.desk({ edge: 0 });
    const chatId = stage.name('chat');
    desk.terminate();
    const emitted = [
      await backend.say(chatId),
      await backend.post('/update/chat', { id: chatId, status: 'open' }),
      await backend.post('/global', { x: 1 }),
      (await backend.post('/update/operators', [{ id: 'o-1' }])).events[0],
      await backend.post('/notifications/chat', { id: chatId, operator_user: { id: desk.id } }),
    ];
    const back = await backAtDesk(desk, desk.connected.data.position, { edge: 1 });
    await back.next('caughtUp');
    expect(back.connected.data.resumed).toBe(true);
    const ids = back.frames.map(({ event_id }) => event_id);
    for (const { event_id } of emitted)
      expect(ids.filter((id) => id === event_id)).toEqual([event_id]);
  });

  test('of a partition left out, or malformed, is not honoured, told and never refused', async () => {
    const desk = await cast.desk({ edge: 0 });
    const complete: string = desk.connected.data.position;
    const parts = complete.split(',');
    const forged = [
      parts.slice(1).join(','),
      parts.join(';'),
      'rubbish',
      [...parts.slice(1), parts[0]!.replace(':', ':9')].join(','),
    ];
    for (const since of forged) {
      const back = await backAtDesk(desk, since, { edge: 1 });
      expect(back.connected.data.resumed).toBe(false);
      expect(back.connected.data.position.split(',')).toHaveLength(parts.length);
    }
    const shuffled = await backAtDesk(desk, parts.toReversed().join(','), { edge: 1 });
    expect(shuffled.connected.data.resumed).toBe(true);
  });

  test('is the position of a checkpoint, which comes within 5 s of any traffic', async () => {
    const desk = await cast.desk({ edge: 0 });
    const chatId = stage.name('chat');
    const first = await backend.say(chatId);
    const at = performance.now();
    await desk.next(({ event_id }) => event_id === first.event_id);
    const checkpoint = await desk.next('checkpoint');
    expect(performance.now() - at).toBeLessThan(6_000);
    expect(checkpoint).not.toHaveProperty('event_id');
    const later = await backend.say(chatId);
    const back = await backAtDesk(desk, checkpoint.data.position, { edge: 1 });
    await back.next('caughtUp');
    expect(back.connected.data.resumed).toBe(true);
    expect(messages(back).map(({ event_id }) => event_id)).toEqual([later.event_id]);
  });

  test('after a checkpoint made for chats that the filter hides needs no replay of them', async () => {
    const claims = { sources: { widgets: [], departments: [] } };
    const desk = await cast.desk({ edge: 0, claims });
    const chatId = stage.name('chat');
    await backend.say(chatId);
    const { data } = await desk.next('checkpoint');
    expect(messages(desk)).toEqual([]);
    expect(data.position).not.toBe(desk.connected.data.position);
    const back = await backAtDesk(desk, data.position, { edge: 1 });
    expect((await back.next('caughtUp')).data.count).toBe(0);
  });
});
