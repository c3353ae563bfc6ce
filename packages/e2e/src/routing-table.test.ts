/** Each row of "Who receives what": who gets it, and who must not. */
import type { Frame } from '@switchboard/testkit';
import { describe, expect, test } from 'vitest';
import { expectRouted, messageKinds, note, standard } from './message-kinds.ts';
import { clients, desks, everyone, openScene, operators, type Scene } from './scene.ts';
import { raiseStage } from './stage.ts';

const stage = raiseStage();
const { backend } = stage;

const without = <Name extends string>(names: readonly Name[], ...left: Name[]): Name[] =>
  names.filter((name) => !left.includes(name));

describe.each(messageKinds)('a message of kind $kind', ({ fields, hears }) => {
  const add = async ({ chatId }: Scene): Promise<string> => {
    const { id } = await backend.say(chatId, { id: stage.name('message'), ...fields });
    return id;
  };

  test('that the backend posts goes to whom the table names, once', async () => {
    await expectRouted(stage, { fields, hears });
  });

  test.each(['PUT', 'PATCH'])(
    'that is updated by %s, with or without its type, goes to the same',
    async (method) => {
      const scene = await openScene(stage);
      const ids = { id: await add(scene), chat_id: scene.chatId };
      const bare = await backend.call(method, '/message', { body: { ...ids, text: 'edited' } });
      const typed = await backend.call(method, '/message', {
        body: { ...ids, ...fields, text: 'twice' },
      });
      await scene.fence();
      for (const { status, body } of [bare, typed]) {
        expect(status).toBe(200);
        expect(scene.whoGot(body.event_id)).toEqual(hears);
        expect(scene.frameOf(hears[0]!, body.event_id).event).toBe('messageUpdated');
      }
    },
  );

  test('that is deleted is told to the same, without what it said', async () => {
    const scene = await openScene(stage);
    const deleted = {
      id: await add(scene),
      chat_id: scene.chatId,
      deleted_at: '2026-01-01T00:00:00Z',
    };
    const { event_id } = await backend.put('/message', deleted);
    await scene.fence();
    expect(scene.whoGot(event_id)).toEqual(hears);
    for (const member of hears) {
      expect(scene.frameOf(member, event_id).data.message).toMatchObject({
        text: null,
        attachments: [],
      });
    }
  });

  test.each(['markMessageDelivered', 'markMessageRead'])(
    'that is marked by %s is told to whom the table names, and to the desk without a position',
    async (event) => {
      const scene = await openScene(stage);
      const id = await add(scene);
      const reader = hears.includes('visitor') ? scene.visitor : scene.operator;
      reader.sendFrame(event, { message_id: id }, 'receipt');
      const { event_id } = await reader.next(({ request_id }) => request_id === 'receipt');
      const isTold = (frame: { event_id?: string }) => frame.event_id === event_id;
      const told = desks.filter((desk) => hears.includes(desk));
      await Promise.all(told.map((desk) => scene[desk].next(isTold)));
      await scene.fence();
      expect(scene.whoGot(event_id!)).toEqual(hears);
      for (const member of hears) {
        const frame = scene.frameOf(member, event_id!);
        expect(frame.event).toBe('messageUpdated');
        expect(frame.position === undefined).toBe(desks.some((desk) => desk === member));
      }
    },
  );
});

describe('an update of a message that nobody remembers', () => {
  test.each(messageKinds)('says that it is $kind and goes to those', async ({ fields, hears }) => {
    const scene = await openScene(stage);
    const body = { id: 'from-before', chat_id: scene.chatId, text: 'x', ...fields };
    const { event_id } = await backend.put('/message', body);
    await scene.fence();
    expect(scene.whoGot(event_id)).toEqual(hears);
  });

  test('and does not say what it is, is refused', async () => {
    const scene = await openScene(stage);
    const body = { id: 'from-before', chat_id: scene.chatId, text: 'x' };
    const { status, body: problem } = await backend.call('PUT', '/message', { body });
    await scene.fence();
    expect({ status, code: problem.code }).toEqual({ status: 422, code: 'type_required' });
    expect(scene.whoGot(({ event }) => event === 'messageUpdated')).toEqual([]);
  });
});

describe('a message sent over a socket', () => {
  test.each(['visitor', 'operator'] as const)(
    'by the %s reaches everybody once, the sender with its request id',
    async (sender) => {
      const scene = await openScene(stage);
      scene[sender].sendFrame('sendMessage', { text: 'hello' }, 'mine');
      const { event_id } = await scene[sender].next(({ request_id }) => request_id === 'mine');
      await scene.fence();
      expect(scene.whoGot(event_id!)).toEqual(everyone);
      expect(scene.whoGot(({ request_id }) => request_id === 'mine')).toEqual([sender]);
    },
  );

  test('as a note by an operator reaches the operators in the room and nobody else', async () => {
    const scene = await openScene(stage);
    scene.operator.sendFrame('sendMessage', { type: 'note', text: 'between us' }, 'mine');
    const { event_id } = await scene.operator.next(({ request_id }) => request_id === 'mine');
    await scene.fence();
    expect(scene.whoGot(event_id!)).toEqual(note.hears);
  });

  test.each(['note', 'system', 'bot'])('as %s by a client is refused to it alone', async (type) => {
    const scene = await openScene(stage);
    scene.visitor.sendFrame('sendMessage', { type, text: 'psst' }, 'mine');
    const refused = await scene.visitor.next(({ request_id }) => request_id === 'mine');
    await scene.fence();
    expect(refused).toMatchObject({ event: 'messageNotAdded' });
    expect(refused.data.code).toMatch(/^(type_not_allowed|validation_failed)$/);
    expect(scene.whoGot(({ data }) => data.message?.text === 'psst')).toEqual([]);
    expect(scene.whoGot('messageNotAdded')).toEqual([]);
    expect(scene.whoGot(({ event }) => event === 'messageNotAdded')).toEqual(['visitor']);
  });
});

describe('a receipt', () => {
  test('in a burst is told to the desk once a second, the last one in the end', async () => {
    const scene = await openScene(stage);
    const ids: string[] = [];
    for (let count = 0; count < 10; count += 1) ids.push((await backend.say(scene.chatId)).id);
    const startedAt = performance.now();
    for (const id of ids) scene.visitor.sendFrame('markMessageRead', { message_id: id }, id);
    await Promise.all(ids.map((id) => scene.visitor.next(({ request_id }) => request_id === id)));
    const isAboutLast = ({ event, data }: Frame) =>
      event === 'messageUpdated' && data.message.id === ids.at(-1);
    await Promise.all(desks.map((desk) => scene[desk].next(isAboutLast)));
    const seconds = (performance.now() - startedAt) / 1_000;
    for (const desk of desks) {
      expect(scene[desk].all('messageUpdated').length).toBeLessThanOrEqual(Math.ceil(seconds) + 1);
    }
    for (const member of ['guest', 'operator', 'colleague'] as const) {
      const told = scene[member].all('messageUpdated').map(({ data }) => data.message.id);
      expect(told).toEqual(ids);
    }
  });

  test('of a note that a client guessed is refused and told to nobody', async () => {
    const scene = await openScene(stage);
    const { id } = await backend.say(scene.chatId, { type: 'note' });
    scene.visitor.sendFrame('markMessageRead', { message_id: id }, 'guess');
    const answer = await scene.visitor.next(({ request_id }) => request_id === 'guess');
    await scene.fence();
    expect(answer).toMatchObject({ event: 'error', data: { code: 'message_unknown' } });
    expect(scene.whoGot(({ event }) => event === 'messageUpdated')).toEqual([]);
  });

  test.each([
    ['visitor', everyone],
    ['operator', operators],
  ] as const)(
    'of a message that nobody remembers, by the %s, goes to whom it cannot betray',
    async (reader, hears) => {
      const scene = await openScene(stage);
      scene[reader].sendFrame('markMessageRead', { message_id: 'from-before' }, 'old');
      const { event_id } = await scene[reader].next(({ request_id }) => request_id === 'old');
      const told = desks.filter((desk) => hears.some((member) => member === desk));
      await Promise.all(
        told.map((desk) => scene[desk].next((frame) => frame.event_id === event_id)),
      );
      await scene.fence();
      expect(scene.whoGot(event_id!)).toEqual(hears);
    },
  );

  test('that changes nothing is answered to its sender alone, with nothing changed', async () => {
    const scene = await openScene(stage);
    const { id } = await backend.say(scene.chatId);
    scene.visitor.sendFrame('markMessageRead', { message_id: id }, 'first');
    await scene.visitor.next(({ request_id }) => request_id === 'first');
    scene.visitor.sendFrame('markMessageDelivered', { message_id: id }, 'again');
    const again = await scene.visitor.next(({ request_id }) => request_id === 'again');
    await scene.fence();
    expect(again).toMatchObject({ event: 'messageUpdated', data: { changed: [] } });
    expect(again.position).toBeUndefined();
    const isAgain = ({ event, data }: { event: string; data: { changed?: string[] } }) =>
      event === 'messageUpdated' && data.changed?.length === 0;
    expect(scene.whoGot(isAgain)).toEqual(['visitor']);
  });

  test('up to a message that clients may not see tells them of the newest one that they may', async () => {
    const scene = await openScene(stage);
    const seen = await backend.say(scene.chatId);
    const hidden = await backend.say(scene.chatId, { type: 'note' });
    scene.operator.sendFrame('markMessageRead', { message_id: hidden.id, up_to: true }, 'all');
    const { event_id } = await scene.operator.next(({ request_id }) => request_id === 'all');
    await scene.fence();
    for (const member of clients) {
      const { data } = scene.frameOf(member, event_id!);
      expect(data).toMatchObject({ up_to: true, message: { id: seen.id } });
    }
    for (const member of operators) {
      expect(scene.frameOf(member, event_id!).data.message.id).toBe(hidden.id);
    }
    expect(scene.whoGot(({ data }) => data.message?.id === hidden.id && data.up_to)).toEqual(
      operators,
    );
  });
});

describe('typing', () => {
  const isTyping = ({ event }: { event: string }) => event === 'typingUpdated';
  const type = async (
    scene: Scene,
    sender: 'visitor' | 'operator',
    data: object,
    hears: readonly (keyof Scene)[],
  ) => {
    scene[sender].sendFrame('updateTyping', { is_typing: true, ...data });
    const hearing = everyone.filter((member) => hears.includes(member));
    await Promise.all(hearing.map((member) => scene[member].next(isTyping)));
    // The fence is an event of the log, which is not ordered with these; but both take the same way.
    await scene.fence();
    return scene.whoGot(isTyping);
  };

  test('by a client goes to everybody but the tabs of that client', async () => {
    const scene = await openScene(stage);
    const hears = without(everyone, 'visitor', 'secondTab');
    expect(await type(scene, 'visitor', {}, hears)).toEqual(hears);
  });

  test('by an operator goes to everybody but that operator', async () => {
    const scene = await openScene(stage);
    const hears = without(everyone, 'operator');
    expect(await type(scene, 'operator', {}, hears)).toEqual(hears);
  });

  test('by an operator in private goes to no client', async () => {
    const scene = await openScene(stage);
    const hears = without(everyone, ...clients, 'operator');
    expect(await type(scene, 'operator', { is_private: true }, hears)).toEqual(hears);
  });

  test('by a client who claims to be private is not private', async () => {
    const scene = await openScene(stage);
    const hears = without(everyone, 'visitor', 'secondTab');
    expect(await type(scene, 'visitor', { is_private: true }, hears)).toEqual(hears);
  });

  test('shows what a visitor has typed so far to the operators in the room only', async () => {
    const scene = await openScene(stage);
    await type(scene, 'visitor', { preview: 'I wou' }, without(everyone, 'visitor', 'secondTab'));
    expect(scene.whoGot(({ data }) => data.preview === 'I wou')).toEqual(operators);
    expect(scene.whoGot((frame) => JSON.stringify(frame).includes('I wou'))).toEqual(operators);
  });

  test('has no position, and ends by itself after six seconds for whoever was told of it', async () => {
    const scene = await openScene(stage);
    const hears = without(everyone, 'operator');
    scene.operator.sendFrame('updateTyping', { is_typing: true });
    const begun = await Promise.all(hears.map((member) => scene[member].next(isTyping)));
    const startedAt = performance.now();
    const ended = await Promise.all(hears.map((member) => scene[member].next(isTyping)));
    expect(performance.now() - startedAt).toBeGreaterThan(5_000);
    expect(performance.now() - startedAt).toBeLessThan(10_000);
    for (const { position, data } of begun) {
      expect(position).toBeUndefined();
      expect(data).toMatchObject({ is_typing: true, expires_in_ms: 6_000 });
    }
    for (const { data } of ended) expect(data).toMatchObject({ is_typing: false });
  });

  test('ends with a message of the same user', async () => {
    const scene = await openScene(stage);
    scene.visitor.sendFrame('updateTyping', { is_typing: true });
    await scene.guest.next(isTyping);
    scene.visitor.sendFrame('sendMessage', { text: 'done' });
    expect((await scene.guest.next(isTyping)).data.is_typing).toBe(false);
  });
});

describe('what concerns the desk', () => {
  const emit = async (path: string, body: unknown) => {
    const scene = await openScene(stage);
    const about = path.includes('chat') ? { id: scene.chatId, ...(body as object) } : body;
    const answer = await backend.post(path, about);
    const ids: string[] = (answer.events ?? [answer]).map(
      ({ event_id }: { event_id: string }) => event_id,
    );
    await Promise.all(
      desks.map((desk) => scene[desk].next(({ event_id }) => event_id === ids.at(-1))),
    );
    await scene.fence();
    return { scene, ids };
  };

  test.each([
    ['/update/chat', { status: 'open' }, 'chatUpdated'],
    ['/global', { anything: [1, { b: null }] }, 'globalUpdated'],
  ])('POST %s goes to every desk and into no room', async (path, body, event) => {
    const { scene, ids } = await emit(path, body);
    expect(scene.whoGot(ids[0]!)).toEqual(desks);
    expect(scene.whoGot((frame) => frame.event === event)).toEqual(desks);
  });

  test('POST /update/operators goes to every desk in the order of the array and into no room', async () => {
    const { scene, ids } = await emit('/update/operators', [
      { id: 'o-1', status: 'away' },
      { id: 'o-2' },
    ]);
    for (const id of ids) expect(scene.whoGot(id)).toEqual(desks);
    for (const desk of desks) {
      const told = scene[desk].all('operatorUpdated').map(({ data }) => data.operator.id);
      expect(told).toEqual(['o-1', 'o-2']);
    }
  });

  test('POST /notifications/chat goes to all sessions of its one operator, and to nobody else', async () => {
    const scene = await openScene(stage);
    const again = await stage.cast.desk({ edge: 1, id: scene.desk.id });
    const body = {
      id: scene.chatId,
      operator_user: { id: scene.desk.id },
      notification: { kind: 'assigned' },
    };
    const { event_id, sessions } = await backend.post('/notifications/chat', body);
    const told = await Promise.all(
      [scene.desk, again].map(({ next }) => next((frame) => frame.event_id === event_id)),
    );
    await scene.fence();
    expect(sessions).toBe(2);
    expect(scene.whoGot(event_id)).toEqual(['desk']);
    for (const { event, data } of told) {
      expect(event).toBe('chatNotification');
      expect(data).toMatchObject({
        chat: { id: scene.chatId },
        notification: { kind: 'assigned' },
      });
    }
  });

  test('POST /notifications/chat says that nobody is there to see it', async () => {
    const scene = await openScene(stage);
    const body = { id: scene.chatId, operator_user: { id: stage.name('absent') } };
    const { event_id, sessions } = await backend.post('/notifications/chat', body);
    await scene.fence();
    expect(sessions).toBe(0);
    expect(scene.whoGot(event_id)).toEqual([]);
  });
});

describe('an operator in a room and at the desk', () => {
  test('gets the same event on both sockets, under one id', async () => {
    const scene = await openScene(stage);
    const both = await stage.cast.desk({ edge: 1, id: scene.operator.id });
    const { event_id } = await backend.say(scene.chatId, standard.fields);
    const atDesk = await both.next((frame) => frame.event_id === event_id);
    const inRoom = await scene.operator.next((frame) => frame.event_id === event_id);
    expect(atDesk.data.message).toEqual(inRoom.data.message);
  });
});
