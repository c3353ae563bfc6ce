/** Who is there: told once when a user comes and when its last connection has gone, over all edges. */
import type { Frame } from '@switchboard/testkit';
import { describe, expect, test } from 'vitest';
import type { Player } from './cast.ts';
import { raiseStage } from './stage.ts';

// Most of these wait for a grace to pass: they do so at the same time, those that take longest first.
const stage = raiseStage({ concurrent: true });
const { backend, cast } = stage;

const graceMs = 5_000;
/** A node's lease, and what the cleaners, a cache and a busy machine add to it. */
const leaseMs = 10_000;
const slackMs = 4_000;

const sorted = (ids: string[]): string[] => ids.toSorted();
const idsOf = (users: { id: string }[]): string[] => sorted(users.map(({ id }) => id));
const isAbout =
  (id: string, event: RegExp = /^user(Dis)?[cC]onnected$/) =>
  (frame: Frame): boolean =>
    event.test(frame.event) && frame.data.user.id === id;

/** What a member was told of a user's coming and going, in order. */
const toldOf = (member: Player, id: string): string[] =>
  member.all(isAbout(id)).map(({ event }) => event);

/**
 * Resolves when a grace that began before the call has passed: somebody on that edge comes and goes, and
 * is told as gone after everybody who went before.
 */
const passGrace = async (chatId: string, witness: Player, edge: number): Promise<void> => {
  const passer = await cast.visitor(chatId, { edge });
  await passer.close();
  await witness.next(isAbout(passer.id, /userDisconnected/));
};

describe.concurrent('a killed edge', () => {
  test('takes its members and desks with it within the lease, and each is told once', async () => {
    const third = await stage.cluster.addEdge();
    const edge = stage.cluster.edges.indexOf(third);
    const chatId = stage.name('chat');
    const witnesses = [
      await cast.operator(chatId, { edge: 0 }),
      await cast.visitor(chatId, { edge: 1 }),
    ];
    const lost = [await cast.visitor(chatId, { edge }), await cast.operator(chatId, { edge })];
    const twoTabs = await cast.visitor(chatId, { edge });
    await cast.visitor(chatId, { edge: 1, id: twoTabs.id });
    const mover = await cast.visitor(chatId, { edge });
    const desk = await cast.desk({ edge });
    const sessions = async () => (await backend.get(`/online-users?operator_id=${desk.id}`)).length;
    await expect.poll(sessions, { timeout: slackMs }).toBe(1);

    third.kill();
    const killedAt = performance.now();
    const back = await cast.visitor(chatId, { edge: 0, id: mover.id });
    await expect.poll(sessions, { timeout: leaseMs + slackMs, interval: 200 }).toBe(0);
    expect(performance.now() - killedAt).toBeLessThan(leaseMs + slackMs);
    for (const witness of witnesses) {
      for (const { id } of lost) {
        await witness.next(isAbout(id, /userDisconnected/), leaseMs + graceMs + slackMs);
      }
    }
    expect(performance.now() - killedAt).toBeLessThan(leaseMs + graceMs + slackMs);
    await passGrace(chatId, witnesses[1]!, 0);
    for (const witness of witnesses) {
      for (const { id } of lost)
        expect(toldOf(witness, id)).toEqual(['userConnected', 'userDisconnected']);
      for (const { id } of [twoTabs, mover]) expect(toldOf(witness, id)).toEqual(['userConnected']);
    }
    const members = await backend.get(`/chats/${chatId}/members`);
    expect(idsOf(members.map(({ user }: { user: { id: string } }) => user))).toEqual(
      idsOf([...witnesses, twoTabs, back]),
    );
  });
});

describe.concurrent('the desk', () => {
  const sources = (widgets: string[] | null, departments: string[] | null) => ({
    sources: {
      widgets: widgets && widgets.map((id) => ({ id })),
      departments: departments && departments.map((id) => ({ id })),
    },
  });
  const online = async (
    query: string,
  ): Promise<{ id: string; node: string; operator_user: { id: string } }[]> =>
    backend.get(`/online-users?${query}`);

  test('is a list with an item for each connection, over both edges', async () => {
    const desk = await cast.desk({ edge: 0 });
    const again = await cast.desk({ edge: 1, id: desk.id });
    const sessions = () => online(`operator_id=${desk.id}`);
    const open = sorted([desk, again].map(({ connected }) => connected.data.session_id));
    await expect.poll(async () => idsOf(await sessions()), { timeout: slackMs }).toEqual(open);
    expect(new Set((await sessions()).map(({ node }) => node)).size).toBe(2);
  });

  test('is filtered by widget, department and operator', async () => {
    const [widget, other, department] = ['w', 'w', 'd'].map((kind) => stage.name(kind)) as [
      string,
      string,
      string,
    ];
    const desks = {
      widget: await cast.desk({ edge: 0, claims: sources([widget], null) }),
      both: await cast.desk({ edge: 1, claims: sources([widget, other], [department]) }),
      none: await cast.desk({ edge: 0, claims: sources([], []) }),
    };
    const named = Object.fromEntries(Object.entries(desks).map(([name, { id }]) => [id, name]));
    const found = async (query: string) =>
      (await online(query)).flatMap((one) => named[one.operator_user.id] ?? []).toSorted();
    await expect.poll(() => found(''), { timeout: slackMs }).toEqual(['both', 'none', 'widget']);
    expect(await found(`widget_id=${widget}`)).toEqual(['both', 'widget']);
    expect(await found(`widget_id=${other}`)).toEqual(['both']);
    expect(await found(`department_id=${department}`)).toEqual(['both', 'widget']);
    expect(await found(`department_id=${stage.name('d')}`)).toEqual(['widget']);
    expect(await found(`widget_id=${other}&department_id=${department}`)).toEqual(['both']);
    expect(await found(`operator_id=${desks.none.id}`)).toEqual(['none']);
    expect(await found(`operator_id=${desks.none.id}&widget_id=${widget}`)).toEqual([]);
  });

  test('lists a connection no longer when it has gone', async () => {
    const desk = await cast.desk({ edge: 0 });
    const sessions = async () => (await online(`operator_id=${desk.id}`)).length;
    await expect.poll(sessions, { timeout: slackMs }).toBe(1);
    await desk.close();
    await expect.poll(sessions, { timeout: slackMs }).toBe(0);
    const body = { id: stage.name('chat'), operator_user: { id: desk.id } };
    expect((await backend.post('/notifications/chat', body)).sessions).toBe(0);
  });

  test('is told of an operator’s first connection, and of the last one after 15 s', async () => {
    const witness = await cast.desk({ edge: 1 });
    const isOf = (id: string) => (frame: Frame) =>
      frame.data.operator_user?.id === id && /^operator(Dis)?[cC]onnected$/.test(frame.event);
    const desk = await cast.desk({ edge: 0 });
    expect(await witness.next(isOf(desk.id))).toMatchObject({
      event: 'operatorConnected',
      data: { operator_user: { id: desk.id, role: 'operator' } },
    });
    const again = await cast.desk({ edge: 1, id: desk.id });
    const goneAt = performance.now();
    await Promise.all([desk.close(), again.close()]);
    const gone = await witness.next(isOf(desk.id), 15_000 + slackMs);
    expect(gone.event).toBe('operatorDisconnected');
    expect(performance.now() - goneAt).toBeGreaterThan(14_500);
    expect(witness.all(isOf(desk.id)).map(({ event }) => event)).toEqual([
      'operatorConnected',
      'operatorDisconnected',
    ]);
  });
});

describe.concurrent('userConnected', () => {
  test('tells everybody else in the room, once, and neither the user nor the desk', async () => {
    const chatId = stage.name('chat');
    const [near, far, desk] = [
      await cast.operator(chatId, { edge: 0 }),
      await cast.visitor(chatId, { edge: 1 }),
      await cast.desk({ edge: 1 }),
    ];
    const visitor = await cast.visitor(chatId, { edge: 0 });
    for (const member of [near, far]) {
      const { data, event_id, position } = await member.next(isAbout(visitor.id));
      expect(data).toMatchObject({ chat_id: chatId, user: { id: visitor.id, role: 'client' } });
      expect({ event_id, position }).toEqual({ event_id: expect.any(String), position: undefined });
    }
    const fence = await backend.say(chatId);
    for (const player of [near, far, visitor, desk]) {
      await player.next(({ event_id }) => event_id === fence.event_id);
    }
    expect([near, far, visitor, desk].map((player) => toldOf(player, visitor.id))).toEqual([
      ['userConnected'],
      ['userConnected'],
      [],
      [],
    ]);
  });

  test('is silent for a second tab, on the same edge and on another', async () => {
    const chatId = stage.name('chat');
    const operator = await cast.operator(chatId, { edge: 1 });
    const visitor = await cast.visitor(chatId, { edge: 0 });
    const tabs = [
      await cast.visitor(chatId, { edge: 0, id: visitor.id }),
      await cast.visitor(chatId, { edge: 1, id: visitor.id }),
    ];
    const { event_id } = await backend.say(chatId);
    for (const player of [operator, visitor, ...tabs]) {
      await player.next((frame) => frame.event_id === event_id);
    }
    expect(toldOf(operator, visitor.id)).toEqual(['userConnected']);
    for (const player of [visitor, ...tabs]) expect(toldOf(player, visitor.id)).toEqual([]);
  });

  test('knows a client and an operator of one id apart', async () => {
    const chatId = stage.name('chat');
    const id = stage.name('same');
    const witness = await cast.operator(chatId, { edge: 1 });
    const visitor = await cast.visitor(chatId, { edge: 0, id });
    await cast.operator(chatId, { edge: 1, id });
    const told = [await witness.next(isAbout(id)), await witness.next(isAbout(id))];
    expect(told.map(({ data }) => data.user.role)).toEqual(['client', 'operator']);
    expect((await visitor.next(isAbout(id))).data.user.role).toBe('operator');
  });
});

describe.concurrent('userDisconnected', () => {
  test('comes five seconds after the last tab has gone, once', async () => {
    const chatId = stage.name('chat');
    const witnesses = [
      await cast.operator(chatId, { edge: 0 }),
      await cast.operator(chatId, { edge: 1 }),
    ];
    const visitor = await cast.visitor(chatId, { edge: 0 });
    const tab = await cast.visitor(chatId, { edge: 1, id: visitor.id });
    await visitor.close();
    await passGrace(chatId, witnesses[1]!, 0);
    for (const witness of witnesses) expect(toldOf(witness, visitor.id)).toEqual(['userConnected']);
    const goneAt = performance.now();
    await tab.close();
    for (const witness of witnesses) {
      const { data } = await witness.next(isAbout(visitor.id, /userDisconnected/));
      expect(data).toMatchObject({ chat_id: chatId, user: { id: visitor.id }, reason: 'left' });
      expect(performance.now() - goneAt).toBeGreaterThan(graceMs - 500);
      expect(performance.now() - goneAt).toBeLessThan(graceMs + slackMs);
    }
    await passGrace(chatId, witnesses[0]!, 1);
    for (const witness of witnesses) {
      expect(toldOf(witness, visitor.id)).toEqual(['userConnected', 'userDisconnected']);
    }
  });

  test('says timeout when there was no close frame', async () => {
    const chatId = stage.name('chat');
    const operator = await cast.operator(chatId, { edge: 1 });
    const visitor = await cast.visitor(chatId, { edge: 0 });
    visitor.terminate();
    const { data } = await operator.next(isAbout(visitor.id, /userDisconnected/));
    expect(data.reason).toBe('timeout');
  });

  test('comes at once for who was kicked', async () => {
    const chatId = stage.name('chat');
    const operator = await cast.operator(chatId, { edge: 1 });
    const visitor = await cast.visitor(chatId, { edge: 0 });
    const kickedAt = performance.now();
    await backend.post('/sessions/disconnect', { user_id: visitor.id });
    const { data } = await operator.next(isAbout(visitor.id, /userDisconnected/));
    expect(data.reason).toBe('kicked');
    expect(performance.now() - kickedAt).toBeLessThan(graceMs - 1_000);
  });

  test('does not come for who is back on another edge within the grace', async () => {
    const chatId = stage.name('chat');
    const operator = await cast.operator(chatId, { edge: 1 });
    const visitor = await cast.visitor(chatId, { edge: 0 });
    visitor.terminate();
    await visitor.closed;
    const back = await cast.visitor(chatId, { edge: 1, id: visitor.id });
    await passGrace(chatId, operator, 0);
    expect(toldOf(operator, visitor.id)).toEqual(['userConnected']);
    expect(toldOf(back, visitor.id)).toEqual([]);
    const members = await backend.get(`/chats/${chatId}/members`);
    expect(idsOf(members.map(({ user }: { user: { id: string } }) => user))).toContain(visitor.id);
  });
});

describe.concurrent('an operator who observes', () => {
  test('reads along, and is told to nobody, listed nowhere and counted nowhere', async () => {
    const chatId = stage.name('chat');
    const visitor = await cast.visitor(chatId, { edge: 0 });
    const observer = await cast.operator(chatId, { edge: 1, query: { observe: 1 } });
    const { event_id, present } = await backend.say(chatId, { type: 'note' });
    expect((await observer.next('messageAdded')).event_id).toBe(event_id);
    expect(present).toEqual({ clients: 1, operators: 0 });
    expect(idsOf(observer.connected.data.members)).toEqual([visitor.id]);
    const members = await backend.get(`/chats/${chatId}/members`);
    expect(members.map(({ user }: { user: { id: string } }) => user.id)).toEqual([visitor.id]);
    await observer.close();
    await passGrace(chatId, visitor, 1);
    expect(toldOf(visitor, observer.id)).toEqual([]);
  });

  test('is something that a client cannot be', async () => {
    const chatId = stage.name('chat');
    const operator = await cast.operator(chatId, { edge: 1 });
    const visitor = await cast.visitor(chatId, { edge: 0, query: { observe: 1 } });
    expect((await operator.next('userConnected')).data.user.id).toBe(visitor.id);
  });
});

describe.concurrent('the members of a room', () => {
  test('are in connected, in GET /chats/{id}/members and in present: users, not connections', async () => {
    const chatId = stage.name('chat');
    const visitor = await cast.visitor(chatId, { edge: 0 });
    await cast.visitor(chatId, { edge: 1, id: visitor.id });
    const guest = await cast.visitor(chatId, { edge: 1 });
    const operator = await cast.operator(chatId, { edge: 1 });
    const { members, members_total } = operator.connected.data;
    const everybody = [visitor, guest, operator];
    expect(idsOf(members)).toEqual(idsOf(everybody));
    expect(members_total).toBe(3);
    const listed = await backend.get(`/chats/${chatId}/members`);
    const connections = listed.map((one: { user: { id: string }; connections: number }) => [
      one.user.id,
      one.connections,
    ]);
    expect(Object.fromEntries(connections)).toEqual({
      [visitor.id]: 2,
      [guest.id]: 1,
      [operator.id]: 1,
    });
    expect((await backend.say(chatId)).present).toEqual({ clients: 2, operators: 1 });
  });

  test('are nobody when all have gone: time for a push', async () => {
    const chatId = stage.name('chat');
    expect((await backend.say(chatId)).present).toEqual({ clients: 0, operators: 0 });
    const visitor = await cast.visitor(chatId, { edge: 1 });
    expect((await backend.say(chatId)).present).toEqual({ clients: 1, operators: 0 });
    const witness = await cast.operator(chatId, { edge: 0 });
    await visitor.close();
    await witness.next(isAbout(visitor.id, /userDisconnected/));
    expect((await backend.say(chatId)).present).toEqual({ clients: 0, operators: 1 });
    expect(await backend.get(`/chats/${chatId}/members`)).toHaveLength(1);
  });

  test('who come at the same time know of each other: from connected or from userConnected', async () => {
    const chatId = stage.name('chat');
    const coming = Array.from({ length: 40 }, (_, index) =>
      cast.visitor(chatId, { edge: index % 2 }),
    );
    const crowd = await Promise.all(coming);
    const { event_id } = await backend.say(chatId);
    await Promise.all(crowd.map(({ next }) => next((frame) => frame.event_id === event_id)));
    for (const player of crowd) {
      const known: string[] = [
        ...player.connected.data.members.map(({ id }: { id: string }) => id),
        ...player.all('userConnected').map(({ data }) => data.user.id),
      ];
      expect(sorted([...new Set(known)])).toEqual(idsOf(crowd));
    }
  });

  test('in connected are the first 200, and the total', async () => {
    const chatId = stage.name('chat');
    const crowd = Array.from({ length: 205 }, (_, index) =>
      cast.visitor(chatId, { edge: index % 2 }),
    );
    await Promise.all(crowd);
    const { data } = (await cast.operator(chatId)).connected;
    expect(data.members).toHaveLength(200);
    expect(data.members_total).toBe(206);
  });
});
