/** Networks that go away, with a word and without one; tabs that sleep. */
import { startFaultProxy, type FaultProxy } from '@switchboard/testkit';
import type { CDPSession } from 'playwright-core';
import { expect, test } from 'vitest';
import type { Side, TabOptions } from './pages.ts';
import { close, expectMessages, expectOneOrder, openChat, write, type Theatre } from './theatre.ts';

/** A network of its own in front of an edge. */
const networkTo = async (edge: { url: string }): Promise<{ url: string; proxy: FaultProxy }> => {
  const { host, port } = new URL(edge.url);
  const proxy = await startFaultProxy({ port: Number(port) });
  return { url: edge.url.replace(host, `127.0.0.1:${proxy.port}`), proxy };
};

const debug = ({ page }: Side): Promise<CDPSession> => page.context().newCDPSession(page);

/** Nothing comes over the connections of now any more, not even their end; new ones are taken. */
const swallow = (proxy: FaultProxy): void => {
  const dead = new Set(proxy.links.map(({ number }) => number));
  proxy.impose({ kind: 'black-hole' }, ({ number }) => dead.has(number));
};

const setOffline = (session: CDPSession, offline: boolean): Promise<unknown> =>
  session.send('Network.emulateNetworkConditions', {
    offline,
    latency: 0,
    downloadThroughput: -1,
    uploadThroughput: -1,
  });

/** What happens to it from now on: `freeze`, `resume`. */
const noteSleep = ({ page }: Side): Promise<unknown> =>
  page.evaluate(`
    globalThis.slept = [];
    for (const type of ['freeze', 'resume'])
      document.addEventListener(type, () => globalThis.slept.push(type));
  `);

export const networkStories = ({ stage, people }: Theatre): void => {
  /** An operator at the last edge and a visitor at the first one, who talk over networks of their own. */
  const talk = async (name: string, tab: TabOptions = {}) => {
    const chatId = stage.name('chat');
    const { edges } = stage.cluster;
    const networks = await Promise.all([networkTo(edges[1]!), networkTo(edges[0]!)]);
    const [operator, visitor] = await Promise.all([
      people.operator({ name: `${name}’s operator`, edges: [networks[0].url] }),
      people.visitor(chatId, { name, edges: [networks[1].url], ...tab }),
    ]);
    await write(visitor, 'online');
    await openChat(operator, name);
    await visitor.page.locator('.mark-read').waitFor();
    const proxies = networks.map(({ proxy }) => proxy);
    const end = async () => {
      await close(operator, visitor);
      await Promise.all(proxies.map((proxy) => proxy.stop()));
    };
    return { chatId, operator, visitor, proxies, end };
  };

  test('what both write offline is sent once when the network is back', async () => {
    const { operator, visitor, proxies, end } = await talk('Ida');
    const sessions = await Promise.all([debug(operator), debug(visitor)]);
    for (const proxy of proxies) {
      proxy.impose({ kind: 'refuse' });
      proxy.cut();
    }
    await Promise.all(sessions.map((session) => setOffline(session, true)));
    await visitor.page.getByText('No connection.').waitFor();
    await operator.page.locator('.bar').getByText('Offline').waitFor();
    await write(visitor, 'from the visitor');
    await write(operator, 'from the operator');
    await visitor.page.locator('.mark-waiting').waitFor();
    await operator.page.locator('.mark-waiting').waitFor();
    for (const proxy of proxies) proxy.heal();
    await Promise.all(sessions.map((session) => setOffline(session, false)));
    await expectOneOrder(operator, visitor, ['online', 'from the visitor', 'from the operator']);
    await end();
  });

  test('a tab that slept, and a page whose network has changed, find at once that their connection is dead', async () => {
    const { chatId, operator, visitor, proxies, end } = await talk('Emmy', { canSleep: true });
    const [desk, tab] = await Promise.all([debug(operator), debug(visitor)]);
    await noteSleep(visitor);
    await tab.send('Page.setWebLifecycleState', { state: 'frozen' });
    for (const proxy of proxies) swallow(proxy);
    await setOffline(desk, true);
    await stage.backend.say(chatId, { text: 'missed by both', type: 'bot' });
    await setOffline(desk, false);
    await tab.send('Page.setWebLifecycleState', { state: 'active' });
    // Nothing was sent, so that a page which nobody wakes finds it after 40 s only.
    const all = ['online', 'missed by both'];
    await Promise.all([expectMessages(operator, all), expectMessages(visitor, all)]);
    expect(await visitor.page.evaluate('globalThis.slept')).toEqual(['freeze', 'resume']);
    await end();
  });
};
