/** What is pushed to an operator who has sources: AND over widget and department, or being assigned. */
import { describe, expect, test } from 'vitest';
import type { Player } from './cast.ts';
import { raiseStage } from './stage.ts';

const stage = raiseStage();
const { backend, cast } = stage;

const ids = (list: readonly string[] | null) => list && list.map((id) => ({ id }));
const sources = (widgets: readonly string[] | null, departments: readonly string[] | null) => ({
  sources: { widgets: ids(widgets), departments: ids(departments) },
});

/** Operators with different sources, on both edges; `all` has none. */
const openDesks = async () => {
  const claims = {
    all: {},
    nulls: sources(null, null),
    shop: sources(['shop'], null),
    shopSales: sources(['shop'], ['sales']),
    sales: sources(null, ['sales']),
    nothing: sources([], []),
  };
  const entries = Object.entries(claims).map(async ([name, claim], index) => {
    const desk = await cast.desk({ edge: index % 2, claims: claim });
    return [name, desk] as const;
  });
  return Object.fromEntries(await Promise.all(entries)) as Record<keyof typeof claims, Player>;
};

type Desks = Awaited<ReturnType<typeof openDesks>>;

/**
 * Who got the event, proved by a fence in the same chat: an update that moves it to where everybody is
 * assigned one after the other reaches each of them after whatever came before.
 */
const whoGot = async (desks: Desks, chatId: string, eventId: string): Promise<string[]> => {
  for (const desk of Object.values(desks)) {
    const { event_id } = await backend.post('/update/chat', {
      id: chatId,
      operator_user: { id: desk.id },
    });
    await desk.next((frame) => frame.event_id === event_id);
  }
  const got = Object.entries(desks).flatMap(([name, desk]) =>
    desk.all(({ event_id }) => event_id === eventId).map(() => name),
  );
  return got.sort();
};

describe('a chat’s event goes to the desks', () => {
  test.each([
    ['with no widget and no department', {}, ['all', 'nulls', 'sales']],
    ['of a widget', { widget: { id: 'shop' } }, ['all', 'nulls', 'sales', 'shop', 'shopSales']],
    ['of another widget', { widget: { id: 'blog' } }, ['all', 'nulls', 'sales']],
    ['of a department', { department: { id: 'sales' } }, ['all', 'nulls', 'sales']],
    [
      'of a widget and a department',
      { widget: { id: 'shop' }, department: { id: 'sales' } },
      ['all', 'nulls', 'sales', 'shop', 'shopSales'],
    ],
    [
      'of a widget and another department',
      { widget: { id: 'shop' }, department: { id: 'billing' } },
      ['all', 'nulls', 'shop'],
    ],
  ])('%s', async (_which, chat, expected) => {
    const desks = await openDesks();
    const chatId = stage.name('chat');
    const { event_id } = await backend.say(chatId, { chat: { id: chatId, ...chat } });
    expect(await whoGot(desks, chatId, event_id)).toEqual(expected);
  });
});

describe('the assigned operator', () => {
  test('gets the chat whatever its sources say, on every session, once', async () => {
    const desks = await openDesks();
    const again = await cast.desk({ edge: 0, id: desks.nothing.id, claims: sources([], []) });
    const chatId = stage.name('chat');
    const chat = { id: chatId, widget: { id: 'blog' }, operator_user: { id: desks.nothing.id } };
    const { event_id } = await backend.say(chatId, { chat });
    await again.next((frame) => frame.event_id === event_id);
    expect(await whoGot(desks, chatId, event_id)).toEqual(['all', 'nothing', 'nulls', 'sales']);
    expect(again.all((frame) => frame.event_id === event_id)).toHaveLength(1);
  });

  test('gets typing and receipts of the chat too', async () => {
    const desks = await openDesks();
    const chatId = stage.name('chat');
    await backend.post('/update/chat', {
      id: chatId,
      widget: { id: 'blog' },
      operator_user: { id: desks.shop.id },
    });
    const { id } = await backend.say(chatId);
    const visitor = await cast.visitor(chatId, { edge: 1 });
    visitor.sendFrame('updateTyping', { is_typing: true });
    visitor.sendFrame('markMessageRead', { message_id: id }, 'read');
    const typing = await desks.shop.next('typingUpdated');
    const { event_id } = await desks.shop.next('messageUpdated');
    await desks.all.next((frame) => frame.event_id === event_id);
    expect(await whoGot(desks, chatId, typing.event_id!)).toEqual([
      'all',
      'nulls',
      'sales',
      'shop',
    ]);
    expect(await whoGot(desks, chatId, event_id!)).toEqual(['all', 'nulls', 'sales', 'shop']);
  });
});

describe('a change of a chat', () => {
  test.each([
    [
      'widget',
      { widget: { id: 'shop' } },
      { widget: { id: 'blog' } },
      ['all', 'nulls', 'sales', 'shop', 'shopSales'],
    ],
    [
      'department',
      { widget: { id: 'shop' }, department: { id: 'billing' } },
      { department: { id: 'sales' } },
      ['all', 'nulls', 'sales', 'shop', 'shopSales'],
    ],
  ])(
    'of its %s goes to whom it left and to whom it came',
    async (_what, before, after, expected) => {
      const desks = await openDesks();
      const chatId = stage.name('chat');
      await backend.post('/update/chat', { id: chatId, ...before });
      const { event_id } = await backend.post('/update/chat', { id: chatId, ...after });
      expect(await whoGot(desks, chatId, event_id)).toEqual(expected);
    },
  );

  test('of its operator goes to the one it left and to the one it came', async () => {
    const desks = await openDesks();
    const chatId = stage.name('chat');
    const blog = { id: chatId, widget: { id: 'blog' }, department: { id: 'billing' } };
    await backend.post('/update/chat', { ...blog, operator_user: { id: desks.shop.id } });
    const moved = { id: chatId, operator_user: { id: desks.nothing.id } };
    const { event_id } = await backend.post('/update/chat', moved);
    expect(await whoGot(desks, chatId, event_id)).toEqual(['all', 'nothing', 'nulls', 'shop']);
  });

  test('leaves later events to its new audience', async () => {
    const desks = await openDesks();
    const chatId = stage.name('chat');
    await backend.post('/update/chat', { id: chatId, widget: { id: 'shop' } });
    await backend.post('/update/chat', { id: chatId, widget: { id: 'blog' } });
    const { event_id } = await backend.say(chatId);
    expect(await whoGot(desks, chatId, event_id)).toEqual(['all', 'nulls', 'sales']);
  });
});

describe('the filter', () => {
  test('is for what is pushed, and neither operators, global data nor notifications pass through it', async () => {
    const desks = await openDesks();
    const global = await backend.post('/global', { all: 'of you' });
    const { events } = await backend.post('/update/operators', [{ id: 'o-1' }]);
    for (const desk of Object.values(desks)) {
      await desk.next(({ event_id }) => event_id === global.event_id);
      await desk.next(({ event_id }) => event_id === events[0].event_id);
    }
    const notified = {
      id: stage.name('chat'),
      widget: { id: 'blog' },
      operator_user: { id: desks.nothing.id },
    };
    const { event_id } = await backend.post('/notifications/chat', notified);
    expect((await desks.nothing.next((frame) => frame.event_id === event_id)).event).toBe(
      'chatNotification',
    );
  });

  test('is no permission: a filtered operator may join any room', async () => {
    const chatId = stage.name('chat');
    await backend.post('/update/chat', { id: chatId, widget: { id: 'blog' } });
    const operator = await cast.operator(chatId, { claims: sources([], []) });
    const { event_id } = await backend.say(chatId);
    expect((await operator.next('messageAdded')).event_id).toBe(event_id);
  });

  test('sees on replay the chat as it was then', async () => {
    const chatId = stage.name('chat');
    const before = await cast.desk({ edge: 0, claims: sources(['shop'], null) });
    const { position } = before.connected.data;
    await backend.post('/update/chat', { id: chatId, widget: { id: 'shop' } });
    const seen = await backend.say(chatId);
    await backend.post('/update/chat', { id: chatId, widget: { id: 'blog' } });
    const hidden = await backend.say(chatId);
    const back = await cast.desk({
      edge: 1,
      token: before.token,
      id: before.id,
      query: { since: position },
    });
    await back.next('caughtUp');
    const replayed = back.all('messageAdded').map(({ event_id }) => event_id);
    expect(replayed).toContain(seen.event_id);
    expect(replayed).not.toContain(hidden.event_id);
  });
});
