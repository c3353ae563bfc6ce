import type { ControlCommand, NodeLease } from '@switchboard/bus';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  edgeStats,
  startIngress,
  uniqueId,
  type IngressUnderTest,
} from '../test/ingress-under-test.ts';

let ingress: IngressUnderTest;
let lease: NodeLease;

const none = { widgets: null, departments: null };
const some = (widget: string, department: string) => ({
  widgets: [{ id: widget }],
  departments: [{ id: department }],
});

beforeAll(async () => {
  ingress = await startIngress({ DISCONNECT_TIMEOUT_MS: '1000' });
  lease = await ingress.bus.nodes.enter('edge-of-reads', () => edgeStats);
  await sitDown('d-all', 'op1', none);
  await sitDown('d-w1', 'op1', some('w1', 'x1'));
  await sitDown('d-w2', 'op2', some('w2', 'x1'));
  await sitDown('d-none', 'op3', { widgets: [], departments: [] });
});

afterAll(async () => {
  await lease.release(0);
  await ingress.stop();
});

const sitDown = (sessionId: string, operatorId: string, sources: object) =>
  ingress.bus.presence.join(
    {
      room: 'desk',
      sessionId,
      user: `operator:${operatorId}`,
      userJson: JSON.stringify({ id: operatorId, role: 'operator', name: 'Op' }),
      sessionJson: JSON.stringify({
        sources,
        connected_at: '2026-01-01T00:00:00.000Z',
        app: 'desk/1',
      }),
    },
    undefined,
  );

const online = async (query: string) => {
  const { status, body } = await ingress.call('GET', `/online-users${query}`);
  expect(status).toBe(200);
  return body.map(({ id }: { id: string }) => id).sort();
};

describe('GET /online-users', () => {
  test('gives a bare array of sessions', async () => {
    const { body } = await ingress.call('GET', '/online-users?operator_id=op2');
    expect(body).toEqual([
      {
        id: 'd-w2',
        operator_user: { id: 'op2', role: 'operator', name: 'Op' },
        sources: some('w2', 'x1'),
        connected_at: '2026-01-01T00:00:00.000Z',
        last_seen_at: expect.stringMatching(/^\d{4}-.*Z$/u),
        app: 'desk/1',
        node: 'edge-of-reads',
      },
    ]);
    expect(Math.abs(Date.parse(body[0].last_seen_at) - Date.now())).toBeLessThan(20_000);
  });

  test.each([
    ['', ['d-all', 'd-none', 'd-w1', 'd-w2']],
    ['?widget_id=w1', ['d-all', 'd-w1']],
    ['?widget_id=unknown', ['d-all']],
    ['?department_id=x1', ['d-all', 'd-w1', 'd-w2']],
    ['?widget_id=w2&department_id=x1', ['d-all', 'd-w2']],
    ['?operator_id=op1', ['d-all', 'd-w1']],
    ['?operator_id=op1&widget_id=w2', ['d-all']],
    ['?operator_id=nobody', []],
    ['?widget_id=', ['d-all', 'd-none', 'd-w1', 'd-w2']],
  ])('filters by %s: null sources are all, an empty list is none', async (query, expected) => {
    expect(await online(query)).toEqual(expected);
  });

  test('refuses a filter that is given twice', async () => {
    expect((await ingress.call('GET', '/online-users?widget_id=1&widget_id=2')).status).toBe(422);
  });
});

describe('GET /chats/{id}/events', () => {
  const fill = async (count: number) => {
    const chatId = uniqueId('chat/ж?');
    for (let id = 1; id <= count; id += 1) {
      await ingress.post('/message', { id, chat_id: chatId, type: 'note', text: `${id}` });
    }
    return { path: `/chats/${encodeURIComponent(chatId)}/events` };
  };

  test('gives pages in order, each from where the last one ended', async () => {
    const { path } = await fill(5);
    const first = (await ingress.call('GET', `${path}?limit=3`)).body;
    expect(first).toMatchObject({ complete: true, next: first.events[2].position });
    const second = (await ingress.call('GET', `${path}?limit=3&since=${first.next}`)).body;
    expect(second).toMatchObject({ complete: true, next: null });
    const texts = [...first.events, ...second.events].map(({ data }) => data.message.text);
    expect(texts).toEqual(['1', '2', '3', '4', '5']);
  });

  test('is not complete from a position that it does not know', async () => {
    const { path } = await fill(1);
    expect((await ingress.call('GET', `${path}?since=1-1.nonsense`)).body.complete).toBe(false);
  });

  test('is empty and complete for a chat in which nothing happened', async () => {
    const answer = await ingress.call('GET', `/chats/${uniqueId('quiet')}/events`);
    expect(answer.body).toEqual({ events: [], next: null, complete: true });
  });

  test.each(['limit=0', 'limit=201', 'limit=x', `since=${'x'.repeat(257)}`])(
    'refuses ?%s',
    async (query) => {
      expect((await ingress.call('GET', `/chats/c/events?${query}`)).status).toBe(422);
    },
  );

  test('refuses an id of 129 characters and takes one of 128, whatever they are', async () => {
    const path = (length: number) => `/chats/${encodeURIComponent('😀'.repeat(length / 2))}/events`;
    expect((await ingress.call('GET', path(128))).status).toBe(200);
    expect((await ingress.call('GET', `/chats/${'x'.repeat(129)}/events`)).status).toBe(422);
  });
});

test('GET /chats/{id}/members lists users with their connections', async () => {
  const chatId = uniqueId('chat');
  const join = (sessionId: string) =>
    ingress.bus.presence.join(
      { room: { chatId }, sessionId, user: 'client:7', userJson: '{"id":"7","name":"Ann"}' },
      undefined,
    );
  await join('s1');
  await join('s2');
  const { body } = await ingress.call('GET', `/chats/${chatId}/members`);
  expect(body).toEqual([
    { user: { id: '7', name: 'Ann' }, connections: 2, since: expect.any(String) },
  ]);
  expect((await ingress.call('GET', `/chats/${uniqueId('empty')}/members`)).body).toEqual([]);
});

describe('POST /sessions/disconnect', () => {
  test('commands the edges and adds up what they closed', async () => {
    const commands: ControlCommand[] = [];
    const follow = await ingress.bus.control.follow((command) => commands.push(command) + 2);
    const body = { user_id: 5, reason: 'spam', revoke: true };
    const answer = await ingress.post('/sessions/disconnect', body);
    expect(answer).toMatchObject({ status: 200, body: { disconnected: 3 } });
    expect(commands).toEqual([{ kind: 'disconnect', userId: '5', reason: 'spam', revoke: true }]);
    follow.close();
  });

  test.each([{}, { user_id: 1, chat_id: 2 }, { user_id: null }, { user_id: 1, revoke: 'yes' }])(
    'refuses %j',
    async (body) => {
      expect((await ingress.post('/sessions/disconnect', body)).status).toBe(422);
    },
  );
});

describe('nodes', () => {
  test('GET /nodes tells how each edge is', async () => {
    const { body } = await ingress.call('GET', '/nodes');
    expect(body).toEqual([
      {
        id: 'edge-of-reads',
        alive: true,
        state: 'ready',
        address: 'ws://127.0.0.1:1',
        version: '0.0.0',
        sockets: 2,
        rooms: 1,
        loop_lag_ms: 3,
        follow_lag_ms: 4,
        forwarded_ignored: 5,
        forwarded_missing: 6,
        lease_ends_in_ms: expect.any(Number),
      },
    ]);
  });

  test('POST /nodes/{id}/drain commands that edge to drain', async () => {
    const commands: ControlCommand[] = [];
    const follow = await ingress.bus.control.follow((command) => commands.push(command));
    const answer = await ingress.call('POST', '/nodes/edge-of-reads/drain');
    expect(answer).toMatchObject({ status: 200, body: { draining: true } });
    await expect
      .poll(() => commands, { timeout: 10_000 })
      .toEqual([{ kind: 'drain', nodeId: 'edge-of-reads' }]);
    follow.close();
  });

  test('POST /nodes/{id}/drain of a node that is not there is 404', async () => {
    const answer = await ingress.call('POST', '/nodes/nobody/drain');
    expect(answer).toMatchObject({ status: 404, body: { code: 'not_found' } });
  });
});
