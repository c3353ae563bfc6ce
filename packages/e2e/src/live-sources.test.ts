/** An operator's sources, changed by the backend while the operator is online: the newest hold, everywhere. */
import { describe, expect, test } from 'vitest';
import type { Player } from './cast.ts';
import { raiseStage } from './stage.ts';

const stage = raiseStage();
const { backend, cast } = stage;

const slackMs = 4_000;
const widgets = (...ids: string[]) => ({ widgets: ids.map((id) => ({ id })), departments: null });

const tell = async (id: string, sources: object | null, key?: string) => {
  const headers = key === undefined ? {} : { 'idempotency-key': key };
  const body = [{ id, sources }];
  const answer = await backend.call('POST', '/update/operators', { body, headers });
  expect(answer.status).toBe(200);
  return answer.body.events as { event_id: string }[];
};

const shown = async (id: string) =>
  (await backend.get(`/online-users?operator_id=${id}`)).map(
    ({ sources }: { sources: object }) => sources,
  );

/** Whether a chat of this widget is pushed to the session; that the chat is assigned to it next is the fence. */
const isPushed = async (desk: Player, widget: string): Promise<boolean> => {
  const chatId = stage.name('chat');
  const { event_id } = await backend.say(chatId, { chat: { id: chatId, widget: { id: widget } } });
  const fence = await backend.post('/update/chat', { id: chatId, operator_user: { id: desk.id } });
  await desk.next((frame) => frame.event_id === fence.event_id);
  return desk.all((frame) => frame.event_id === event_id).length === 1;
};

/** Two sessions of one operator, one on each edge. */
const openTabs = async (sources: object) => {
  const id = stage.name('desk');
  const tabs = [0, 1].map((edge) => cast.desk({ edge, id, claims: { sources } }));
  return { id, tabs: await Promise.all(tabs) };
};

const expectSources = async (
  { id, tabs }: { id: string; tabs: readonly Player[] },
  held: string,
): Promise<void> => {
  await expect.poll(() => shown(id), { timeout: slackMs }).toEqual(tabs.map(() => widgets(held)));
  for (const tab of tabs) {
    for (const widget of ['shop', 'blog', 'news'])
      expect(await isPushed(tab, widget)).toBe(widget === held);
  }
};

describe('sources that were told last', () => {
  test('hold for all sessions on all edges, and for those that come later', async () => {
    const operator = await openTabs(widgets('shop'));
    await tell(operator.id, widgets('blog'));
    await expectSources(operator, 'blog');
    await Promise.all(operator.tabs.map((tab) => tab.close()));
    const back = await Promise.all(
      [1, 0].map((edge) =>
        cast.desk({ edge, id: operator.id, claims: { sources: widgets('shop') } }),
      ),
    );
    await expectSources({ id: operator.id, tabs: back }, 'blog');
  });

  test('are not replaced by a late repeat of a call that told others before', async () => {
    const operator = await openTabs(widgets('news'));
    const key = stage.name('key');
    const first = await tell(operator.id, widgets('shop'), key);
    await tell(operator.id, widgets('blog'));
    expect(await tell(operator.id, widgets('shop'), key)).toEqual(first);
    await expectSources(operator, 'blog');
    const late = await cast.desk({ edge: 1, id: operator.id });
    await expectSources({ id: operator.id, tabs: [...operator.tabs, late] }, 'blog');
  });

  test('hold after a repeat that nobody came before', async () => {
    const operator = await openTabs(widgets('news'));
    const key = stage.name('key');
    const first = await tell(operator.id, widgets('shop'), key);
    expect(await tell(operator.id, widgets('shop'), key)).toEqual(first);
    await expectSources(operator, 'shop');
  });

  test('are the same everywhere after many calls at the same time', async () => {
    const operator = await openTabs(widgets('news'));
    const calls = Array.from({ length: 30 }, (_, index) =>
      tell(operator.id, widgets(['shop', 'blog', 'news'][index % 3]!)),
    );
    await Promise.all(calls);
    const [first] = operator.tabs;
    const events = await Promise.all(calls);
    const ids = new Set(events.flat().map(({ event_id }) => event_id));
    const isOne = ({ event_id }: { event_id?: string }) => ids.has(event_id ?? '');
    await expect.poll(() => first!.all(isOne).length, { timeout: slackMs }).toBe(30);
    const last = first!.all(isOne).at(-1)!.data.operator.sources.widgets[0].id;
    await expectSources(operator, last);
  });
});
