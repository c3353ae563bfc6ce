/** docs/front-end.md: every piece of its code, in a browser, against real edges. */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { stripTypeScriptTypes } from 'node:module';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { mintToken } from '@switchboard/testkit';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { gettingBrowserMs, launchBrowser } from './browser.ts';
import { raiseStage } from './stage.ts';
import { startRelay, type TcpRelay } from './tcp-relay.ts';

const root = new URL('../../../', import.meta.url);
const stage = raiseStage();
const guide = (await readFile(new URL('docs/front-end.md', root), 'utf8')).split(/^## /mu);

/** The pieces of one language of a section, as a reader would paste them one after the other. */
const code = (section: string, language: string): string => {
  const text = guide.find((part) => part.startsWith(`${section}\n`)) ?? '';
  const pieces = [...text.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'gmu'))];
  expect(pieces.length, `pieces of ${section}`).toBeGreaterThan(0);
  return pieces.map(([, piece]) => piece).join('\n');
};

let browser: Browser;
let relay: TcpRelay;
let folder: string;
const servers: Server[] = [];
let visitorToken: (secret: string, visitor: object) => string;

beforeAll(async () => {
  const url = new URL(stage.cluster.edges[0]!.url);
  relay = await startRelay({ host: url.hostname, port: Number(url.port) });
  browser = await launchBrowser();
  folder = await mkdtemp(join(tmpdir(), 'switchboard-guide-'));
  const file = join(folder, 'token.mjs');
  await writeFile(file, code('The token', 'mjs'));
  ({ visitorToken } = (await import(pathToFileURL(file).href)) as never);
}, gettingBrowserMs);

afterAll(async () => {
  await browser?.close();
  relay?.stop();
  for (const server of servers) server.close();
  await rm(folder, { recursive: true, force: true });
});

type Answers = Readonly<Record<string, () => Promise<string> | string>>;

interface Opened {
  readonly page: Page;
  readonly problems: string[];
}

/** A page with the guide's markup and the code of one section; what it fetches is answered here. */
const openPage = async (section: string, chatId: string): Promise<Opened> => {
  const page = await browser.newPage();
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(String(error)));
  const script = code(section, 'js')
    .replaceAll('wss://chat.example.com', `ws://127.0.0.1:${relay.port}`)
    .replaceAll("'c1'", JSON.stringify(chatId))
    .replaceAll('chat_id=c1', `chat_id=${chatId}`);
  const imports = { '@switchboard/client': '/client/index.ts' };
  const html = `<!doctype html><script type="importmap">${JSON.stringify({ imports })}</script>
    ${code('The page', 'html')}<script type="module" src="/chat.js"></script>`;
  const { authSecret } = stage.cluster;
  const answers: Answers = {
    '/': () => html,
    '/chat.js': () => script,
    '/messages': () => '[]',
    '/chat-token': () => visitorToken(authSecret, { id: 'v1', name: 'Ann', chatId }),
    '/operator-token': () => mintToken(authSecret, { sub: 'o1', role: 'operator', name: 'Bob' }),
  };
  await page.goto(await serve(answers));
  return { page, problems };
};

/** A site of its own for a page: a browser lets only pages of this machine reach this machine. */
const serve = async (answers: Answers): Promise<string> => {
  const server = createServer((request, response) => {
    const path = request.url ?? '/';
    const source = path.startsWith('/client/') ? readClient(path.slice(8)) : answers[path]?.();
    const type = path === '/' ? 'text/html' : 'text/javascript';
    void Promise.resolve(source).then((body) => {
      response.writeHead(body === undefined ? 404 : 200, { 'content-type': type });
      response.end(body);
    });
  });
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
};

/** The client's sources as a browser takes them. */
const readClient = async (path: string): Promise<string> =>
  stripTypeScriptTypes(await readFile(new URL(`packages/client/src/${path}`, root), 'utf8'));

const write = async (page: Page, text: string) => {
  await page.fill('#text', text);
  await page.click('#form button');
};
const textsOf = (page: Page) => page.locator('#messages li').allTextContents();
const bot = { type: 'bot', user: { id: 'b', role: 'bot', name: 'Bot' } };
const polled = { timeout: 15_000, interval: 50 };

test('the client: history, both ways, receipts, typing, a break', async () => {
  const chat = randomUUID();
  await stage.backend.say(chat, { ...bot, text: 'Welcome' });
  const { page, problems } = await openPage('With the client', chat);
  await expect.poll(() => textsOf(page), polled).toEqual(['Bot: Welcome']);
  const bob = await stage.cast.operator(chat, { edge: 1, claims: { name: 'Bob' } });

  await write(page, 'Hello');
  const { data } = await bob.next('messageAdded');
  expect(data.message).toMatchObject({ text: 'Hello', user: { name: 'Ann' } });
  bob.sendFrame('updateTyping', { is_typing: true });
  await page.locator('#typing', { hasText: 'Bob is typing…' }).waitFor();
  bob.sendFrame('markMessageRead', { message_id: data.message.id, up_to: true });
  await page.locator('#messages li[data-status=read]', { hasText: 'Ann: Hello' }).waitFor();

  relay.cut();
  await write(page, 'Said while cut off');
  bob.sendFrame('sendMessage', { text: 'Are you there?' });
  relay.mend();
  const expected = ['Bot: Welcome', 'Ann: Hello', 'Ann: Said while cut off', 'Bob: Are you there?'];
  await expect
    .poll(async () => (await textsOf(page)).toSorted(), polled)
    .toEqual(expected.toSorted());
  await page.locator('#state', { hasText: 'live' }).waitFor();
  expect(problems).toEqual([]);
  await page.close();
});

test('an operator’s desk: chats, notifications, and one that is opened', async () => {
  const chat = randomUUID();
  const { page, problems } = await openPage("An operator's desk", chat);
  const ann = await stage.cast.visitor(chat, { edge: 1 });
  const unread = () =>
    page.evaluate((id) => (globalThis as never as Desk).desk.chats.get(id)?.unread, chat);
  await expect
    .poll(async () => {
      ann.sendFrame('sendMessage', { text: 'Anybody there?' });
      return unread();
    }, polled)
    .toBeGreaterThan(0);
  await page.evaluate(async (id) => {
    await (globalThis as never as Desk).desk.open(id).sendMessage({ text: 'I am' });
  }, chat);
  await ann.next((frame) => frame.event === 'messageAdded' && frame.data.message.text === 'I am');
  await stage.backend.post('/notifications/chat', {
    id: chat,
    operator_user: { id: 'o1' },
    notification: { title: 'For you' },
  });
  await expect.poll(() => page.title(), polled).toBe('For you');
  expect(problems).toEqual([]);
  await page.close();
});

interface Desk {
  desk: {
    chats: Map<string, { unread: number }>;
    open(id: string): { sendMessage(message: object): Promise<unknown> };
  };
}

test('a raw WebSocket: history, both ways, a break, and the end', async () => {
  const chat = randomUUID();
  await stage.backend.say(chat, { ...bot, text: 'Welcome' });
  const { page, problems } = await openPage('With a raw WebSocket', chat);
  await expect.poll(() => textsOf(page), polled).toEqual(['Bot: Welcome']);
  await write(page, 'Hello');
  await expect.poll(() => textsOf(page), polled).toEqual(['Bot: Welcome', 'Ann: Hello']);
  relay.cut();
  await write(page, 'Said while cut off');
  await stage.backend.say(chat, { ...bot, text: 'Still there?' });
  relay.mend();
  const expected = ['Bot: Welcome', 'Ann: Hello', 'Bot: Still there?', 'Ann: Said while cut off'];
  await expect.poll(() => textsOf(page), polled).toEqual(expected);
  await stage.backend.post('/sessions/disconnect', { chat_id: chat });
  await page.locator('#state', { hasText: 'ended: 4501' }).waitFor();
  expect(problems).toEqual([]);
  await page.close();
});
