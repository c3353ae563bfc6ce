/** docs/backend-guide.md: its commands, run by a shell, and its bodies, held against those that come. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import {
  findCurl,
  startCluster,
  startScriptedBackend,
  type Cluster,
  type ScriptedBackend,
} from '@switchboard/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { codeOf } from './backend-guide.ts';
import { raiseStageOn } from './stage.ts';

const gettingMs = 600_000;
const patient = { timeout: 30_000, interval: 100 };
/** The guide's. */
const chatId = 'c-7';

let hook: ScriptedBackend;
let curlFolder: string;
const stage = raiseStageOn<Cluster>(async () => {
  hook = await startScriptedBackend();
  return startCluster({
    edges: 1,
    env: { ...hook.env, OVERLOAD_LAG_MS: '0', ROOM_GRACE_MS: '200' },
  });
}, 'at the end');

beforeAll(async () => {
  const curl = await findCurl((line) => process.stderr.write(`${line}\n`));
  curlFolder = curl.replace(/\/[^/]*$/u, '');
}, gettingMs);

afterAll(() => hook.stop());

/** The commands of a piece: each begins a line with `curl`. */
const commandsOf = (piece: string): string[] =>
  piece
    .replaceAll(/^#.*$/gmu, '')
    .split(/^(?=curl )/mu)
    .filter((part) => part.startsWith('curl '));

// Answers of every shape are looked into.
// oxlint-disable-next-line typescript/no-explicit-any
const run = async (command = '', id = ''): Promise<any> => {
  const { ingress, apiToken } = stage.cluster;
  const env = {
    PATH: `${curlFolder}:${process.env['PATH']}`,
    INGRESS: ingress.url,
    API_TOKEN: apiToken,
    ID: id,
  };
  const { stdout } = await promisify(execFile)('sh', ['-euc', command], { env });
  return JSON.parse(stdout);
};

/** Names of fields, of what they hold too. */
const shapeOf = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(
        Object.entries(value)
          .toSorted(([one], [other]) => (one < other ? -1 : 1))
          .map(([name, inner]) => [name, shapeOf(inner)]),
      )
    : typeof value;

/** An ellipsis is for more. */
const sampleOf = (section: string) => JSON.parse(codeOf(section, 'json'));

test('the message of the guide is taken, and once', async () => {
  const [post] = commandsOf(codeOf('What you post', 'sh'));
  const first = await run(post);
  expect(first).toMatchObject({ id: 'm-1001', duplicate: false, present: { clients: 0 } });
  expect(await run(post)).toEqual({ ...first, duplicate: true });
});

test('the hooks are called with the bodies of the guide', async () => {
  const claims = { name: 'Ada' };
  const visitor = await stage.cast.visitor(chatId, { id: 'v-1', claims });
  const text = 'My card is 4111 1111 1111 1111';
  visitor.sendFrame('sendMessage', { text, client_message_id: 'k-1' });
  await visitor.next('messageAdded');
  await visitor.close();
  const asked = hook.calls.find(({ body }) => body.message?.text === text);
  expect(shapeOf(asked?.body)).toEqual(shapeOf(sampleOf('The send hook')));

  const told = (name: string) =>
    [...hook.events.values()].find(({ frame }) => frame.event === name && frame.chat_id === chatId)
      ?.frame;
  await expect.poll(() => told('userDisconnected'), patient).toBeDefined();
  const [added, left] = sampleOf('The events hook').events;
  expect(Object.keys(told('messageAdded')).toSorted()).toEqual(Object.keys(added).toSorted());
  expect(told('messageAdded').data.message).toMatchObject({ chat_id: chatId, text });
  expect(shapeOf(told('userDisconnected'))).toEqual(shapeOf(left));
  expect(hook.problems).toEqual([]);
});

describe('dead letters', () => {
  const [look, list, replayChat, replayAll, discard] = commandsOf(codeOf('Dead letters', 'sh'));
  const letters = async (): Promise<{ id: string }[]> => (await run(list)).letters;

  /** The backend refuses what is said in the chat, until the given call. */
  const refuse = async (text: string) => {
    const relent = hook.script({ hook: 'events', chatId, answer: { status: 422 } });
    const visitor = await stage.cast.visitor(chatId, { id: 'v-2' });
    visitor.sendFrame('sendMessage', { text, client_message_id: text });
    await visitor.next(({ data }) => data.message?.text === text);
    const isRefused = async () => JSON.stringify(await letters()).includes(text);
    await expect.poll(isRefused, patient).toBe(true);
    return { relent, visitor };
  };
  const hasCome = (text: string) =>
    [...hook.events.values()].some(({ frame }) => frame.data.message?.text === text);

  test('are seen, and come when they are replayed, of a chat or all', async () => {
    const { relent, visitor } = await refuse('first');
    const { partitions } = await run(look);
    expect(partitions).toHaveLength(16);
    relent();
    expect(hasCome('first')).toBe(false);
    expect((await run(replayChat)).replayed).toBeGreaterThan(0);
    await expect.poll(() => hasCome('first'), patient).toBe(true);
    expect(await letters()).toEqual([]);
    await visitor.close();

    const again = await refuse('second');
    again.relent();
    await run(replayAll);
    await expect.poll(() => hasCome('second'), patient).toBe(true);
    await again.visitor.close();
  });

  test('are gone when they are discarded', async () => {
    const { relent, visitor } = await refuse('third');
    for (const { id } of await letters()) await run(discard, id);
    expect(await letters()).toEqual([]);
    relent();
    await visitor.close();
    expect(hasCome('third')).toBe(false);
  });
});
