/** Every example as a person runs it: the page in a browser, Python and curl as programs. */
import { execFile, spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import {
  findCurl,
  findPythonWithWebsockets,
  mintToken,
  openChat,
  startCluster,
  type Cluster,
} from '@switchboard/testkit';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { gettingBrowserMs, launchBrowser } from './browser.ts';
import { startRelay, type TcpRelay } from './tcp-relay.ts';

const example = (path: string) =>
  fileURLToPath(new URL(`../../../examples/${path}`, import.meta.url));
const say = (line: string) => process.stderr.write(`${line}\n`);
const chatId = 'examples chat/1';
const gettingMs = 600_000;

let cluster: Cluster;
let edgeUrl: string;

beforeAll(async () => {
  // A machine that others use up would make edges late, and late edges drop typing.
  cluster = await startCluster({ env: { OVERLOAD_LAG_MS: '0' } });
  edgeUrl = cluster.edges[0]?.url ?? '';
});

afterAll(() => cluster.stop());

const visitorToken = (chat: string) =>
  mintToken(cluster.authSecret, { sub: 'v1', role: 'client', name: 'Ann', chat_id: chat });
const operatorToken = () =>
  mintToken(cluster.authSecret, { sub: 'o1', role: 'operator', name: 'Bob' });

const post = (path: string, body: object, method = 'POST') =>
  fetch(`${cluster.ingress.url}${path}`, {
    method,
    headers: { 'api-token': cluster.apiToken, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

describe('examples/page', () => {
  let browser: Browser;
  let page: Page;
  let relay: TcpRelay;
  const problems: string[] = [];

  beforeAll(async () => {
    browser = await launchBrowser();
    const { hostname, port } = new URL(edgeUrl);
    relay = await startRelay({ host: hostname, port: Number(port) });
    page = await browser.newPage();
    page.on('pageerror', (error) => problems.push(String(error)));
    page.on('request', (request) => {
      if (/^https?:/u.test(request.url())) problems.push(`loads ${request.url()}`);
    });
    const settings = new URLSearchParams({
      chat_url: `ws://127.0.0.1:${relay.port}`,
      chat_id: chatId,
      visitor_token: await visitorToken(chatId),
      operator_token: await operatorToken(),
    });
    await page.goto(`file://${example('page/index.html')}#${settings.toString()}`);
    await page.getByText('connected', { exact: true }).nth(2).waitFor();
  }, gettingBrowserMs);

  afterAll(async () => {
    await browser?.close();
    relay?.stop();
  });

  const write = async (who: 'visitor' | 'operator', text: string) => {
    await page.fill(`#${who} form.send input`, text);
    await page.click(`#${who} form.send button`);
  };
  const message = (who: 'visitor' | 'operator', text: string) =>
    page.locator(`#${who} .messages li`, { hasText: text });

  test('shows what the visitor writes to the operator and the desk, with receipts', async () => {
    await write('visitor', 'Where is my parcel?');
    await message('operator', 'Where is my parcel?').getByText('Ann').waitFor();
    await page
      .locator('#visitor li.mine[data-status=read]', { hasText: 'Where is my parcel?' })
      .waitFor();
    await page.locator('#desk li', { hasText: 'Ann wrote “Where is my parcel?”' }).waitFor();
    expect(await message('visitor', 'Where is my parcel?').count()).toBe(1);
  });

  test('shows what the operator writes to the visitor, and none of it as HTML', async () => {
    await write('operator', '<b>On its way</b>');
    await message('visitor', '<b>On its way</b>').getByText('Bob').waitFor();
    expect(await page.locator('.messages b').count()).toBe(0);
  });

  test('shows that somebody is typing, until the message comes', async () => {
    await page.locator('#operator form.send input').pressSequentially('One mo');
    await page.locator('#visitor .typing', { hasText: 'Bob is typing…' }).waitFor();
    await page.click('#operator form.send button');
    await expect
      .poll(() => page.locator('#visitor .typing').textContent(), { timeout: 10_000 })
      .toBe('');
  });

  test('shows what the backend says, and to the operator alone what is not for visitors', async () => {
    await post('/message', { id: 'b1', chat_id: chatId, type: 'note', text: 'A good customer' });
    await post('/message', { id: 'b2', chat_id: chatId, type: 'bot', text: 'How was it?' });
    await post('/message', { id: 'b2', chat_id: chatId, text: 'How was our service?' }, 'PUT');
    await message('visitor', 'How was our service?').waitFor();
    await message('operator', 'A good customer').waitFor();
    expect(await message('visitor', 'A good customer').count()).toBe(0);
  });

  test('comes back by itself after a break, with what it missed and nothing twice', async () => {
    const before = await page.locator('#visitor .messages li').count();
    relay.cut();
    await page.locator('#visitor .state', { hasText: 'reconnecting' }).waitFor();
    await write('visitor', 'Said while cut off');
    await post('/message', { id: 'b3', chat_id: chatId, type: 'bot', text: 'Still there?' });
    relay.mend();
    await message('visitor', 'Still there?').waitFor();
    await message('operator', 'Said while cut off').waitFor();
    await page
      .locator('#visitor li.mine[data-status=read]', { hasText: 'Said while cut off' })
      .waitFor();
    expect(await page.locator('#visitor .messages li').count()).toBe(before + 2);
  });

  test('loads nothing and has no error', () => {
    expect(problems).toEqual([]);
  });
});

describe('examples/python', () => {
  let operator: ChildProcessWithoutNullStreams;
  let ended: Promise<unknown>;
  let output = '';

  beforeAll(async () => {
    const python = await findPythonWithWebsockets(say);
    operator = spawn(python, [
      example('python/answering_operator.py'),
      edgeUrl,
      await operatorToken(),
    ]);
    ended = once(operator, 'close');
    for (const stream of [operator.stdout, operator.stderr]) {
      stream.on('data', (chunk) => (output += String(chunk)));
    }
  }, gettingMs);

  afterAll(async () => {
    // A shell starts what it puts into the background deaf to SIGINT, and so are its children.
    operator.kill('SIGTERM');
    await ended;
  });

  test('answers each message of a visitor once, and not its own', async () => {
    await expect.poll(() => output, { timeout: 15_000 }).toContain('connected');
    const chat = 'python-chat';
    const visitor = await openChat({
      url: cluster.edges[1]?.url ?? '',
      token: await visitorToken(chat),
    });
    await visitor.next('connected');
    for (const text of ['one', 'two']) {
      visitor.sendFrame('sendMessage', { text }, text);
      const answer = await visitor.next(
        (frame) =>
          frame.event === 'messageAdded' &&
          frame.data.message.text === `Hello Ann, you wrote: ${text}`,
      );
      expect(answer.data.message.user).toMatchObject({ id: 'o1', role: 'operator', name: 'Bob' });
    }
    expect(visitor.all('messageAdded')).toHaveLength(4);
    expect(output).toContain('answered Ann in python-chat');
    await visitor.close();
  });
});

describe('examples/curl', () => {
  let path: string;

  beforeAll(async () => {
    const curl = await findCurl(say);
    path = `${curl.replace(/\/[^/]*$/u, '')}:${process.env['PATH']}`;
  }, gettingMs);

  const send = (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
    promisify(execFile)(example('curl/send-message.sh'), args, {
      env: { PATH: path, API_TOKEN: cluster.apiToken, INGRESS: cluster.ingress.url, ...env },
    });

  test('sends a message with any characters, and shows the chat', async () => {
    const text = 'He said: "50 % \\ done"\nand	left — ж';
    const { stdout } = await send(['curl chat/ж', text, 'id "1"']);
    const [answer, chat] = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(answer).toMatchObject({ id: 'id "1"', duplicate: false });
    expect(chat.events[0].data.message).toMatchObject({
      chat_id: 'curl chat/ж',
      type: 'bot',
      text,
    });
  });

  test('may be repeated', async () => {
    const first = await send(['curl-chat', 'Hello', 'm1']);
    const again = await send(['curl-chat', 'Hello', 'm1']);
    const [firstAnswer, againAnswer] = [first, again].map(({ stdout }) =>
      JSON.parse(stdout.split('\n')[0] ?? ''),
    );
    expect(againAnswer).toEqual({ ...firstAnswer, duplicate: true });
  });

  test('shows what is wrong and fails', async () => {
    const failed = await send(['curl-chat', ''], { API_TOKEN: 'wrong-token' }).catch(
      (error) => error,
    );
    expect(failed.code).toBeGreaterThan(0);
    const refused = await send(['x'.repeat(129), 'Hello']).catch((error) => error);
    expect(refused.code).toBe(22);
    expect(JSON.parse(refused.stdout)).toMatchObject({ status: 422, code: 'validation_failed' });
  });
});
