/** The console in real browsers: a visitor and an operator over two edges, and what happens to these. */
import { readFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { buildConsole, mintToken } from '@switchboard/testkit';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { gettingBrowserMs, launchBrowser } from '../browser.ts';
import { raiseStage } from '../stage.ts';
import { startRelay } from '../tcp-relay.ts';
import { openCustomerSite } from './customer-site.ts';
import {
  gatherPeople,
  messagesOn,
  overflowOf,
  shiftsOf,
  violationsOf,
  type People,
  type Side,
} from './pages.ts';

/** Ingress takes 10 000 messages of one chat in 10 s and more: `CONSOLE_CHATS=5000 CONSOLE_MESSAGES=10000` does that. */
const chatsCount = Number(process.env['CONSOLE_CHATS'] ?? 1_000);
const messagesCount = Number(process.env['CONSOLE_MESSAGES'] ?? 700);

/** Browsers and axe use a core each, and the machine may have two for many. */
const busyMachineMs = 150_000;

let browser: Browser;
let people: People;

beforeAll(buildConsole);
const stage = raiseStage({
  env: {
    DRAIN_WAIT_MS: '0',
    DRAIN_WINDOW_MS: '500',
    BASE_PATH: '/support',
    CONSOLE_SOCKETS: 'ws://127.0.0.1:*',
  },
});
beforeAll(async () => {
  browser = await launchBrowser();
  people = gatherPeople(browser, stage.cluster);
}, gettingBrowserMs);
afterAll(() => browser?.close());

const write = async ({ page }: Side, text: string) => {
  await page.locator('textarea').fill(text);
  await page.keyboard.press('Enter');
};
const openChat = ({ page }: Side, title = 'Ada') =>
  page.locator('.chat-row', { hasText: title }).first().click();
const close = (...sides: Side[]) => Promise.all(sides.map(({ page }) => page.context().close()));
const expectMessages = (side: Side, texts: readonly string[]) =>
  expect.poll(() => messagesOn(side.page), { timeout: 15_000 }).toEqual(texts);

test('a conversation: receipts, typing with preview, notes, a reload, and nothing moves by itself', async () => {
  const chatId = stage.name('chat');
  const [operator, visitor] = await Promise.all([people.operator(), people.visitor(chatId)]);
  expect(operator.page.url()).not.toContain('ey');
  expect(visitor.page.url()).not.toContain('ey');
  // A link that is pasted into the open page changes its fragment only.
  await operator.page.evaluate(`location.hash = 'api_token=pasted&view=desk'`);
  await expect.poll(() => operator.page.url()).toMatch(/#\/desk$/u);
  await write(visitor, 'Is it in stock?');
  await operator.page.getByLabel('1 unread').waitFor();
  await visitor.page.locator('.mark-sent').waitFor();
  await openChat(operator);
  await visitor.page.locator('.mark-read').waitFor();
  expect(await operator.page.getByLabel('1 unread').count()).toBe(0);

  await visitor.page.locator('textarea').fill('I mean the oak one');
  await operator.page.locator('.typing', { hasText: 'I mean the oak one' }).waitFor();
  await operator.page.locator('.chat-row', { hasText: 'is typing' }).waitFor();
  await operator.page.keyboard.press('r');
  await operator.page.keyboard.press('Alt+n');
  await write(operator, 'She asked last week too');
  await operator.page.keyboard.press('Alt+n');
  await write(operator, 'It is');
  await operator.page.locator('.mark-read').waitFor();
  await expectMessages(operator, ['Is it in stock?', 'She asked last week too', 'It is']);
  await expectMessages(visitor, ['Is it in stock?', 'It is']);
  await stage.backend.say(chatId, {
    type: 'bot',
    text: 'Any more?',
    actions: [{ id: 'y', label: 'Yes' }],
  });
  await visitor.page.getByRole('button', { name: 'Yes' }).waitFor();
  expect([await shiftsOf(operator.page), await shiftsOf(visitor.page)]).toEqual([0, 0]);

  await visitor.page.reload();
  await expectMessages(visitor, ['Is it in stock?', 'It is', 'Any more?']);
  await write(visitor, 'After a reload');
  await expectMessages(operator, [
    'Is it in stock?',
    'She asked last week too',
    'It is',
    'Any more?',
    'After a reload',
  ]);
  expect([operator.problems, visitor.problems]).toEqual([[], []]);
  await close(operator, visitor);
});

test('a second operator who answers is told of, and notifications are shown', async () => {
  const chatId = stage.name('chat');
  await stage.backend.say(chatId, {
    text: 'Hello',
    user: { id: 'ada', role: 'client', name: 'Ada' },
  });
  const [operator, colleague] = await Promise.all([
    people.operator(),
    stage.cast.operator(chatId, { edge: 0 }),
  ]);
  await openChat(operator);
  await operator.page.locator('.conversation .state-live').waitFor();
  colleague.sendFrame('updateTyping', { is_typing: true });
  await operator.page.getByText('is answering this chat').waitFor();
  await stage.backend.post('/notifications/chat', {
    id: chatId,
    operator_user: { id: 'grace' },
    notification: { title: 'Waiting for 5 minutes', text: 'Ada has written twice' },
  });
  await operator.page.locator('.toast', { hasText: 'Waiting for 5 minutes' }).waitFor();
  expect(operator.problems).toEqual([]);
  await close(operator);
});

test('what is written offline is sent once when the network is back', async () => {
  const chatId = stage.name('chat');
  const { host, hostname, port } = new URL(stage.cluster.edges[0]!.url);
  const relay = await startRelay({ host: hostname, port: Number(port) });
  const edge = stage.cluster.edges[0]!.url.replace(host, `127.0.0.1:${relay.port}`);
  const [operator, visitor] = await Promise.all([
    people.operator(),
    people.visitor(chatId, [edge]),
  ]);
  await write(visitor, 'online');
  // Other stories' visitors have the same name.
  await openChat(operator, 'online');
  await visitor.page.locator('.mark-read').waitFor();
  relay.cut();
  await visitor.page.context().setOffline(true);
  await visitor.page.getByText('No connection.').waitFor();
  await write(visitor, 'offline');
  await write(operator, 'missed');
  await visitor.page.locator('.mark-waiting').waitFor();
  relay.mend();
  await visitor.page.context().setOffline(false);
  await expectMessages(operator, ['online', 'missed', 'offline']);
  await expectMessages(visitor, ['online', 'missed', 'offline']);
  relay.stop();
  await close(operator, visitor);
});

test("the widget on a customer's site waits for its first token and renews it, under that site's own policy", async () => {
  const chatId = stage.name('chat');
  const { ingress, edges, authSecret } = stage.cluster;
  const claims = { sub: 'ada', role: 'client', name: 'Ada', chat_id: chatId } as const;
  const site = await openCustomerSite({
    consoleUrl: `${ingress.url}/console/`,
    edgeUrl: edges[0]!.url,
    // None at first; then one that is about to end: a minute before, a new one is asked for.
    token: async (asked) => {
      if (asked === 1) throw new Error('not yet');
      return mintToken(authSecret, claims, asked === 2 ? 62 : 600);
    },
  });
  const visitor = await people.open(site.url);
  await visitor.page.getByRole('button', { name: 'Open chat' }).click();
  await expect.poll(site.asked, { timeout: 10_000 }).toBe(3);
  await write(visitor, 'with the new token');
  await visitor.page.locator('.mark-sent').waitFor();
  expect(new Set(visitor.problems)).toEqual(
    new Set([
      expect.stringContaining('503 (Service Unavailable)'),
      expect.stringContaining('/chat-token answered 503'),
    ]),
  );
  site.stop();
  await close(visitor);
});

test('long lists are shown by a few rows, and the newest message stays in sight', async () => {
  const chatId = stage.name('chat');
  const user = { id: 'ada', role: 'client', name: 'Many' };
  const post = async (count: number, item: (index: number) => object) => {
    const items = Array.from({ length: count }, (_, index) => item(index));
    for (let from = 0; from < count; from += 1_000)
      await stage.backend.post('/batch', items.slice(from, from + 1_000));
  };
  const operator = await people.operator();
  const { page } = operator;
  await page.getByText('No chat').or(page.locator('.chat-row')).first().waitFor();
  await post(chatsCount, (index) => ({
    path: '/update/chat',
    body: { id: `many-${index}`, client_user: { id: `v${index}`, name: `Visitor ${index}` } },
  }));
  await page.locator('#chat-search').fill(`Visitor ${chatsCount - 1}`);
  await page.getByText('1 of ').waitFor();
  await page.locator('#chat-search').fill('');
  await stage.backend.say(chatId, { text: 'first', user });
  await openChat(operator, 'Many');
  await page.locator('.conversation .state-live').waitFor();
  await post(messagesCount, (index) => ({
    path: '/message',
    body: {
      id: `${chatId}-${index}`,
      chat_id: chatId,
      type: 'standard',
      text: `No. ${index}`,
      user,
    },
  }));
  await page.locator('.message', { hasText: `No. ${messagesCount - 1}` }).waitFor();
  expect(await page.locator('.message').count()).toBeLessThan(60);
  expect(await page.locator('.chat-row').count()).toBeLessThan(60);
  await page.getByRole('log').focus();
  await page.keyboard.press('Home');
  await page.locator('.message', { hasText: 'first' }).waitFor();
  expect(operator.problems).toEqual([]);
  await close(operator);
});

test(
  'every view is accessible, in light and dark, and fits 360 px',
  async () => {
    const chatId = stage.name('chat');
    const user = { id: 'ada', role: 'client', name: 'Axel' };
    await stage.backend.say(chatId, { text: 'Hello', user });
    const sides = await Promise.all([
      people.operator(),
      people.visitor(chatId),
      people.cluster(),
      people.open(`${stage.cluster.ingress.url}/console/`),
    ]);
    const [operator, visitor, figures] = sides;
    await openChat(operator, 'Axel');
    await operator.page.locator('.message').first().waitFor();
    await visitor.page.locator('.message').first().waitFor();
    await figures.page.locator('tbody tr').first().waitFor();
    for (const { page } of sides) {
      await page.emulateMedia({ colorScheme: 'light' });
      expect(await violationsOf(page)).toEqual([]);
      await page.setViewportSize({ width: 360, height: 740 });
      await page.emulateMedia({ colorScheme: 'dark' });
      expect(await violationsOf(page, ['color-contrast', 'target-size'])).toEqual([]);
      expect(await overflowOf(page)).toBeLessThanOrEqual(0);
    }
    await operator.page.getByRole('button', { name: 'Back to the chats' }).click();
    expect(await overflowOf(operator.page)).toBeLessThanOrEqual(0);
    await close(...sides);
  },
  busyMachineMs,
);

test(
  'an edge is killed and another one drained amid a conversation: nothing is lost or doubled',
  async () => {
    const chatId = stage.name('chat');
    const [operator, visitor] = await Promise.all([people.operator(), people.visitor(chatId)]);
    const told: string[] = [];
    const say = async (side: Side, text: string) => {
      told.push(text);
      await write(side, text);
    };
    /** Which one of two came first nobody can tell, but both sides say the same. */
    const expectOneOrder = async () => {
      const sorted = async () => (await messagesOn(operator.page)).toSorted();
      await expect.poll(sorted, { timeout: 15_000 }).toEqual(told.toSorted());
      await expectMessages(visitor, await messagesOn(operator.page));
    };
    await say(visitor, 'before');
    await openChat(operator);
    await expectMessages(operator, told);

    const killed = stage.cluster.edges[1]!;
    killed.kill();
    await say(operator, 'while the edge of the operator is gone');
    await say(visitor, 'the visitor goes on');
    await expectMessages(
      operator,
      await messagesOn(visitor.page).then(() => expect.arrayContaining(told)),
    );
    await expectMessages(visitor, expect.arrayContaining(told) as never);
    const order = await messagesOn(visitor.page);
    expect([order.length, await messagesOn(operator.page)]).toEqual([told.length, order]);

    await stage.cluster.restart(killed);
    const figures = await people.cluster();
    const row = figures.page.locator('tr', { hasText: new URL(stage.cluster.edges[0]!.url).port });
    await row.getByRole('button', { name: /^Drain/ }).click();
    await row.getByRole('button', { name: 'Drain now' }).click();
    await row.getByText('draining').first().waitFor();
    await stage.cluster.edges[0]!.exited;
    await say(visitor, 'after the drain');
    await say(operator, 'here too');
    await expectOneOrder();
    expect([operator.problems, visitor.problems, figures.problems]).toEqual([[], [], []]);
    await close(operator, visitor, figures);
  },
  busyMachineMs,
);

test('the first view is less than 100 KB of script', async () => {
  const site = new URL('../../../../apps/console/dist/site/', import.meta.url);
  const bytesOf = async (name: string) => gzipSync(await readFile(new URL(name, site))).length;
  const [widget, desk] = await Promise.all([bytesOf('widget.js'), bytesOf('console.js')]);
  process.stderr.write(`widget ${widget} bytes, desk ${desk} bytes of script, gzipped\n`);
  expect(widget).toBeLessThan(40_000);
  expect(desk).toBeLessThan(60_000);
});
