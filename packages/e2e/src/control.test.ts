/** What a backend orders: sessions closed, tokens revoked, sources changed, an edge drained. */
import { mintToken, openChat, openDesk, type Frame } from '@switchboard/testkit';
import { describe, expect, test } from 'vitest';
import type { Player } from './cast.ts';
import { raiseStage } from './stage.ts';

const stage = raiseStage();
const { backend, cast } = stage;

const disconnect = (body: object): Promise<{ disconnected: number }> =>
  backend.post('/sessions/disconnect', body);

/** Both are closed as kicked, and were told so before. */
const expectKicked = async (players: readonly Player[]): Promise<void> => {
  for (const player of players) {
    expect((await player.closed).code).toBe(4501);
    expect(player.frames.at(-1)).toMatchObject({
      event: 'disconnecting',
      data: { reason: 'kicked', reconnect: false },
    });
  }
};

const expectAlive = async (players: readonly Player[]): Promise<void> => {
  for (const player of players) {
    player.sendFrame('ping', {}, 'alive');
    await player.next('pong');
    expect(player.all('disconnecting')).toEqual([]);
  }
};

describe('POST /sessions/disconnect', () => {
  test('of a user closes its connections on every edge and no others', async () => {
    const chatId = stage.name('chat');
    const operator = await cast.operator(chatId, { edge: 0 });
    const same = { id: operator.id };
    const closed = [
      operator,
      await cast.operator(stage.name('chat'), { edge: 1, ...same }),
      await cast.desk({ edge: 1, ...same }),
    ];
    const open = [
      await cast.operator(chatId, { edge: 1 }),
      await cast.visitor(chatId, { edge: 0 }),
      await cast.desk({ edge: 1 }),
    ];
    expect(await disconnect({ user_id: operator.id })).toEqual({ disconnected: 3 });
    await expectKicked(closed);
    await expectAlive(open);
  });

  test('of a session closes that one and leaves the user’s others', async () => {
    const chatId = stage.name('chat');
    const visitor = await cast.visitor(chatId, { edge: 0 });
    const tab = await cast.visitor(chatId, { edge: 1, id: visitor.id });
    const { session_id } = tab.connected.data;
    expect(await disconnect({ session_id })).toEqual({ disconnected: 1 });
    await expectKicked([tab]);
    await expectAlive([visitor]);
  });

  test('of a chat closes everybody in the room on every edge, and no desk', async () => {
    const chatId = stage.name('chat');
    const closed = [
      await cast.visitor(chatId, { edge: 0 }),
      await cast.visitor(chatId, { edge: 1 }),
      await cast.operator(chatId, { edge: 1 }),
    ];
    const open = [
      await cast.visitor(stage.name('chat'), { edge: 1 }),
      await cast.desk({ edge: 0 }),
    ];
    expect(await disconnect({ chat_id: chatId })).toEqual({ disconnected: 3 });
    await expectKicked(closed);
    await expectAlive(open);
  });

  test('of nobody is answered with none', async () => {
    expect(await disconnect({ user_id: stage.name('nobody') })).toEqual({ disconnected: 0 });
  });

  test('lets who was closed come back; with revoke that token does not, on any edge, and a new one does', async () => {
    const chatId = stage.name('chat');
    const visitor = await cast.visitor(chatId, { edge: 0 });
    const { id, token } = visitor;
    await disconnect({ user_id: id });
    const back = await cast.visitor(chatId, { edge: 1, id, token });
    await disconnect({ session_id: back.connected.data.session_id, revoke: true });
    await expectKicked([back]);
    for (const { url } of stage.cluster.edges) {
      const denied = await openChat({ url, token, chatId });
      expect((await denied.closed).code).toBe(4500);
      expect(denied.all('connected')).toEqual([]);
    }
    const fresh = await cast.visitor(chatId, { edge: 1, id, claims: { jti: 'another' } });
    await expectAlive([fresh]);
  });

  test('with revoke of an operator shuts /broadcast, too', async () => {
    const desk = await cast.desk({ edge: 0 });
    await disconnect({ user_id: desk.id, revoke: true });
    await expectKicked([desk]);
    const { url } = stage.cluster.edges[1]!;
    expect((await (await openDesk({ url, token: desk.token })).closed).code).toBe(4500);
  });
});

describe('sources that come by POST /update/operators', () => {
  const widgets = (...ids: string[]) => ({ widgets: ids.map((id) => ({ id })), departments: null });
  const setSources = (id: string, sources: object | null) =>
    backend.post('/update/operators', [{ id, sources }]);

  /** Whether the desk is pushed a chat of this widget; a second one that it is pushed is the fence. */
  const isPushed = async (desk: Player, widget: string): Promise<boolean> => {
    const chatId = stage.name('chat');
    const { event_id } = await backend.say(chatId, {
      chat: { id: chatId, widget: { id: widget } },
    });
    const fence = await backend.post('/update/chat', {
      id: chatId,
      operator_user: { id: desk.id },
    });
    await desk.next((frame) => frame.event_id === fence.event_id);
    return desk.all((frame) => frame.event_id === event_id).length === 1;
  };

  test('hold at once for live sessions on every edge', async () => {
    const desk = await cast.desk({ edge: 0, claims: { sources: widgets('shop') } });
    const again = await cast.desk({ edge: 1, id: desk.id, claims: { sources: widgets('shop') } });
    const { events } = await setSources(desk.id, widgets('blog'));
    for (const session of [desk, again]) {
      await session.next(({ event_id }) => event_id === events[0].event_id);
      await expect.poll(() => isPushed(session, 'blog'), { timeout: 5_000 }).toBe(true);
      expect(await isPushed(session, 'shop')).toBe(false);
    }
  });

  test('replace the token’s for every later connect, and are what /online-users says', async () => {
    const id = stage.name('desk');
    await setSources(id, widgets('blog'));
    const desk = await cast.desk({ edge: 1, id, claims: { sources: widgets('shop') } });
    expect(await isPushed(desk, 'shop')).toBe(false);
    expect(await isPushed(desk, 'blog')).toBe(true);
    const sourcesOf = async () =>
      (await backend.get(`/online-users?operator_id=${id}`))[0]?.sources;
    await expect.poll(sourcesOf, { timeout: 4_000 }).toEqual(widgets('blog'));
    await setSources(id, widgets('news'));
    await expect.poll(sourcesOf, { timeout: 4_000 }).toEqual(widgets('news'));
  });

  test('are all when they are null, none when they are empty, and unchanged when they are missing', async () => {
    const desk = await cast.desk({ edge: 0, claims: { sources: widgets('shop') } });
    await setSources(desk.id, null);
    await expect.poll(() => isPushed(desk, 'any'), { timeout: 5_000 }).toBe(true);
    await backend.post('/update/operators', [{ id: desk.id, status: 'away' }]);
    expect(await isPushed(desk, 'any')).toBe(true);
    await setSources(desk.id, widgets());
    await expect.poll(() => isPushed(desk, 'any'), { timeout: 5_000 }).toBe(false);
  });
});

describe('a token', () => {
  test('that ends soon is announced, and ends the socket with 4004', async () => {
    const chatId = stage.name('chat');
    const sub = stage.name('visitor');
    const token = await mintToken(
      stage.cluster.authSecret,
      { sub, role: 'client', chat_id: chatId },
      3,
    );
    const visitor = await cast.visitor(chatId, { token });
    const { data } = await visitor.next('tokenExpiring');
    expect(data.expires_in_ms).toBeGreaterThan(0);
    expect(data.expires_in_ms).toBeLessThanOrEqual(3_000);
    expect((await visitor.closed).code).toBe(4004);
    expect(visitor.frames.at(-1)).toMatchObject({
      event: 'disconnecting',
      data: { reason: 'token_expired', reconnect: true },
    });
  });

  test('that is refreshed in time does not end the socket', async () => {
    const chatId = stage.name('chat');
    const claims = { sub: stage.name('visitor'), role: 'client' as const, chat_id: chatId };
    const mint = (life: number) => mintToken(stage.cluster.authSecret, claims, life);
    const short = await cast.visitor(chatId, { token: await mint(3) });
    const doomed = await cast.visitor(chatId, { token: await mint(4) });
    short.sendFrame('refreshToken', { token: await mint(600) }, 'r');
    expect((await short.next('tokenRefreshed')).request_id).toBe('r');
    expect((await doomed.closed).code).toBe(4004);
    await expectAlive([short]);
  });

  test.each([
    ['another user', { sub: 'somebody-else' }],
    ['another room', { chat_id: 'another' }],
    ['another role', { role: 'operator' }],
  ])('of %s does not refresh it', async (_what, claims) => {
    const chatId = stage.name('chat');
    const visitor = await cast.visitor(chatId);
    const base = { sub: visitor.id, role: 'client' as const, chat_id: chatId };
    const token = await mintToken(stage.cluster.authSecret, { ...base, ...claims } as typeof base);
    visitor.sendFrame('refreshToken', { token }, 'r');
    const { event, data } = await visitor.next(({ request_id }) => request_id === 'r');
    expect({ event, code: data.code }).toEqual({ event: 'error', code: 'token_invalid' });
    await expectAlive([visitor]);
  });
});

describe('POST /nodes/{id}/drain', () => {
  const nodeIds = async (): Promise<string[]> =>
    (await backend.get('/nodes')).map(({ id }: { id: string }) => id);

  /** An edge that may be drained, and its node's id. */
  const addEdge = async (): Promise<{
    edge: number;
    id: string;
    privateUrl: string;
    url: string;
  }> => {
    const before = await nodeIds();
    const { privateUrl, url } = await stage.cluster.addEdge();
    const id = (await nodeIds()).find((one) => !before.includes(one));
    return { edge: stage.cluster.edges.length - 1, id: id!, privateUrl, url };
  };

  /** Says what it says until told to stop; each text was accepted. */
  const startTalk = (chatId: string) => {
    const said: string[] = [];
    let going = true;
    const talk = (async () => {
      for (let number = 0; going; number += 1) {
        await backend.say(chatId, { id: `t-${number}`, text: `${number}` });
        said.push(`${number}`);
      }
    })();
    return async () => {
      going = false;
      await talk;
      return said;
    };
  };

  const positionOf = (player: Player): string =>
    player.all(({ position }) => position !== undefined).at(-1)?.position ??
    player.connected.data.position;

  const comeBack = (player: Player, chatId: string, edge: number) =>
    cast.visitor(chatId, {
      edge,
      token: player.token,
      id: player.id,
      query: { since: positionOf(player) },
    });

  test('of no node is 404', async () => {
    expect((await backend.call('POST', '/nodes/nobody/drain')).status).toBe(404);
  });

  test('sends its clients home, who lose nothing on the other edges', async () => {
    const { edge, id, privateUrl, url } = await addEdge();
    const chatId = stage.name('chat');
    const visitors: Player[] = [];
    for (let count = 0; count < 10; count += 1) visitors.push(await cast.visitor(chatId, { edge }));
    const desk = await cast.desk({ edge });
    const stopTalk = startTalk(chatId);
    const drained = await backend.call('POST', `/nodes/${id}/drain`);
    expect(drained).toMatchObject({ status: 200, body: { draining: true } });

    const returned = await Promise.all(
      visitors.map(async (visitor, index) => {
        expect((await visitor.closed).code).toBe(4001);
        return comeBack(visitor, chatId, index % 2);
      }),
    );
    expect((await desk.closed).code).toBe(4001);
    const said = await stopTalk();
    const { event_id } = await backend.say(chatId, { text: 'end' });
    const isText = ({ event }: Frame) => event === 'messageAdded';
    for (const [index, back] of returned.entries()) {
      await back.next((frame) => frame.event_id === event_id);
      expect(back.connected.data.resumed).toBe(true);
      const got = [...visitors[index]!.all(isText), ...back.all(isText)];
      expect(got.map(({ data }) => data.message.text)).toEqual([...said, 'end']);
    }
    for (const one of [...visitors, desk]) {
      const { event, data } = one.frames.at(-1)!;
      expect({ event, ...data }).toEqual({
        event: 'disconnecting',
        reason: 'draining',
        reconnect: true,
        retry_after_ms: expect.any(Number),
      });
    }
    await expect(openDesk({ url, token: desk.token })).rejects.toThrow(/ECONNREFUSED|503/);
    const readiness = fetch(`${privateUrl}/health/ready`).then(
      ({ status }) => status,
      () => 'gone',
    );
    expect([503, 'gone']).toContain(await readiness);
  });
});
