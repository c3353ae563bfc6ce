/** The client on real processes: two edges of which one is drained and one is killed, and a network in between. */
import {
  mintToken,
  startCluster,
  startFaultProxy,
  type Cluster,
  type FaultProxy,
} from '@switchboard/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connectChat, type ChatConnection } from './connect-chat.ts';
import { connectDesk } from './connect-desk.ts';
import type { Environment } from './environment.ts';
import type { LiveConnection } from './live-connection.ts';
import type { ChatOptions, TokenReason } from './options.ts';

const patienceMs = 20_000;
const poll = { timeout: patienceMs, interval: 25 };

let cluster: Cluster;
const open: LiveConnection<never>[] = [];

beforeAll(async () => {
  const env = {
    OVERLOAD_LAG_MS: '0',
    DRAIN_WAIT_MS: '0',
    DRAIN_WINDOW_MS: '200',
    DRAIN_RETRY_MS: '300',
  };
  cluster = await startCluster({ edges: 3, env });
});

afterAll(async () => {
  for (const connection of open) connection.close();
  await cluster?.stop();
});

const keep = <T extends { close(): void }>(connection: T): T => {
  open.push(connection as unknown as LiveConnection<never>);
  return connection;
};
/** Time passes four times as fast for the client, and there is little jitter. */
const hurried: Partial<Environment> = {
  setTimeout: (callback, ms) => setTimeout(callback, ms / 4),
  now: () => performance.now() * 4,
  random: () => 0.2,
};
const edge = (index: number) => cluster.edges[index]!.url;
const visitor = (chatId: string, more: Partial<ChatOptions> = {}): ChatConnection => {
  const claims = { sub: 'v1', role: 'client', name: 'Ann', chat_id: chatId } as const;
  const token = () => mintToken(cluster.authSecret, claims);
  return keep(connectChat({ url: edge(0), chatId, token, environment: hurried, ...more }));
};
const operator = (chatId: string, more: Partial<ChatOptions> = {}): ChatConnection => {
  const token = () => mintToken(cluster.authSecret, { sub: 'o1', role: 'operator', name: 'Bob' });
  return keep(connectChat({ url: edge(1), chatId, token, environment: hurried, ...more }));
};
const post = (body: object, path = '/message') =>
  fetch(cluster.ingress.url + path, {
    method: 'POST',
    headers: { 'api-token': cluster.apiToken, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
const textsOf = (chat: ChatConnection): string[] => {
  const texts: string[] = [];
  chat.on('messageAdded', ({ message }) => void texts.push(message.text ?? ''));
  return texts;
};
const statesOf = (chat: LiveConnection<never>): string[] => {
  const states: string[] = [];
  (chat as unknown as ChatConnection).on('state', ({ state }) => void states.push(state));
  return states;
};
const isLive = (connection: { readonly state: string }) =>
  expect.poll(() => connection.state, poll).toBe('live');

describe('a conversation', () => {
  test('goes both ways, with receipts and typing, and the desk sees it', async () => {
    const ann = visitor('talk');
    const bob = operator('talk');
    const desk = keep(
      connectDesk({
        url: edge(1).replace('ws:', 'http:'),
        token: () => mintToken(cluster.authSecret, { sub: 'o1', role: 'operator' }),
      }),
    );
    const typing: boolean[] = [];
    const seenAtDesk: string[] = [];
    bob.on('typingUpdated', ({ is_typing }) => void typing.push(is_typing));
    desk.on('messageAdded', ({ message }) => void seenAtDesk.push(message.text ?? ''));
    const heard = textsOf(bob);
    await Promise.all([isLive(ann), isLive(bob), isLive(desk)]);

    ann.updateTyping({ is_typing: true });
    ann.updateTyping({ is_typing: true });
    await expect.poll(() => typing, poll).toEqual([true]);
    const sending = ann.sendMessage({ text: 'Hi' });
    const message = await sending;
    expect(message).toMatchObject({ text: 'Hi', client_message_id: sending.clientMessageId });
    await expect.poll(() => heard, poll).toEqual(['Hi']);
    await expect.poll(() => seenAtDesk, poll).toEqual(['Hi']);
    expect((await bob.markMessageRead(message.id)).changed).toContain('status');
    expect((await bob.markMessageRead(message.id)).changed).toEqual([]);
    expect((await bob.sendMessage({ type: 'note', text: 'A regular' })).type).toBe('note');
  });

  test('is refused with what is wrong', async () => {
    const ann = visitor('refusals');
    await expect(ann.sendMessage({ text: '' })).rejects.toMatchObject({
      code: 'validation_failed',
      field: 'text',
      retryable: false,
    });
    await expect(ann.sendMessage({ text: 'x'.repeat(17_000) })).rejects.toMatchObject({
      code: 'message_too_long',
      retryable: false,
    });
    await expect(ann.sendMessage({ text: 'x'.repeat(200_000) })).rejects.toMatchObject({
      code: 'frame_too_large',
    });
    await expect(ann.markMessageRead('nobody knows it', { type: 'note' })).resolves.toBeDefined();
    await expect(ann.sendMessage({ type: 'note', text: 'x' })).rejects.toMatchObject({
      code: 'type_not_allowed',
    });
    expect(ann.state).toBe('live');
  });

  test('begins with history, and goes on where another connection has stopped', async () => {
    for (const text of ['one', 'two', 'three'])
      await post({ id: text, chat_id: 'before', type: 'bot', text });
    const ann = visitor('before', { history: 2 });
    const first = textsOf(ann);
    await expect.poll(() => first, poll).toEqual(['two', 'three']);
    await isLive(ann);
    const since = ann.position!;
    ann.close();
    await post({ id: 'four', chat_id: 'before', type: 'bot', text: 'four' });
    const later = textsOf(visitor('before', { since, history: 2 }));
    await expect.poll(() => later, poll).toEqual(['four']);
  });

  test('says where it cannot go on', async () => {
    const reloads: unknown[] = [];
    visitor('nowhere', { since: 'no such position' }).on(
      'reload',
      (told) => void reloads.push(told),
    );
    await expect.poll(() => reloads, poll).toEqual([{ position: expect.any(String) }]);
  });
});

describe('a network', () => {
  let proxy: FaultProxy;

  beforeAll(async () => {
    proxy = await startFaultProxy({ port: Number(new URL(edge(2)).port) });
  });
  afterAll(() => proxy.stop());
  const throughProxy = () => ({ url: `ws://127.0.0.1:${proxy.port}` });

  test('that breaks loses nothing and gives nothing twice, either way', async () => {
    const ann = visitor('broken', throughProxy());
    const bob = operator('broken');
    const [atAnn, atBob] = [textsOf(ann), textsOf(bob)];
    const expected: string[] = [];
    await Promise.all([isLive(ann), isLive(bob)]);
    for (let round = 0; round < 4; round += 1) {
      const sends = [
        ann.sendMessage({ text: `a${round}` }),
        bob.sendMessage({ text: `b${round}` }),
      ];
      if (round % 2 === 0) proxy.cut('reset');
      const late = ann.sendMessage({ text: `late${round}` });
      proxy.cut('reset');
      await Promise.all([...sends, late]);
      expected.push(`a${round}`, `b${round}`, `late${round}`);
    }
    await expect.poll(() => atBob.toSorted(), poll).toEqual(expected.toSorted());
    await expect.poll(() => atAnn, poll).toEqual(atBob);
  });

  test('that swallows everything is found when the page wakes, and everything comes', async () => {
    let wake = () => undefined as void;
    const ann = visitor('silent', {
      ...throughProxy(),
      environment: {
        ...hurried,
        watch: (callback) => {
          wake = callback;
          return () => undefined;
        },
      },
    });
    const heard = textsOf(ann);
    await isLive(ann);
    proxy.impose({ kind: 'black-hole' });
    const sent = ann.sendMessage({ text: 'into the void' });
    await post({ id: 'unheard', chat_id: 'silent', type: 'bot', text: 'unheard' });
    wake();
    await expect.poll(() => ann.state, poll).not.toBe('live');
    proxy.heal();
    await sent;
    await expect.poll(() => heard.toSorted(), poll).toEqual(['into the void', 'unheard']);
  });
});

describe('a token', () => {
  test('that is about to expire is replaced on the open connection', async () => {
    const reasons: TokenReason[] = [];
    const ann = visitor('renewed', {
      token: (reason) => {
        reasons.push(reason);
        const claims = { sub: 'v1', role: 'client', chat_id: 'renewed' } as const;
        return mintToken(cluster.authSecret, claims, reason === 'connect' ? 61 : 600);
      },
    });
    const states = statesOf(ann as never);
    await expect.poll(() => reasons, poll).toEqual(['connect', 'expiring']);
    await ann.sendMessage({ text: 'still here' });
    expect(states).toEqual(['live']);
  });

  test('that is refused without a word is asked for anew', async () => {
    const reasons: TokenReason[] = [];
    const ann = visitor('stale', {
      token: (reason) => {
        reasons.push(reason);
        const claims = { sub: 'v1', role: 'client', chat_id: 'stale' } as const;
        return mintToken(cluster.authSecret, claims, reason === 'connect' ? -60 : 600);
      },
    });
    await isLive(ann);
    expect(reasons).toEqual(['connect', 'expired']);
  });

  test('whose holder is sent away ends it for good', async () => {
    const ann = visitor('kicked');
    await isLive(ann);
    const endings: unknown[] = [];
    ann.on('state', ({ ending }) => void endings.push(ending));
    await post({ chat_id: 'kicked' }, '/sessions/disconnect');
    await expect.poll(() => endings, poll).toEqual([{ code: 4501, reason: 'kicked' }]);
    await expect(ann.sendMessage({ text: 'too late' })).rejects.toMatchObject({ code: 'closed' });
  });
});

// The last one: it takes edges away.
test('edges that are drained and killed lose nothing and give nothing twice', async () => {
  let target = 0;
  const url = () => edge(target);
  const ann = visitor('moving', { url });
  const bob = operator('moving', { url: () => edge(1) });
  const [atAnn, atBob] = [textsOf(ann), textsOf(bob)];
  await Promise.all([isLive(ann), isLive(bob)]);
  const sends: Promise<unknown>[] = [];
  const talk = async (count: number) => {
    for (let at = 0; at < count; at += 1) {
      sends.push(ann.sendMessage({ text: `a${sends.length}` }));
      sends.push(bob.sendMessage({ text: `b${sends.length}` }));
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  await talk(5);
  target = 2;
  cluster.edges[0]!.kill('SIGTERM');
  await talk(20);
  expect(await cluster.edges[0]!.exited).toMatchObject({ code: 0 });
  await talk(5);
  target = 1;
  cluster.edges[2]!.kill('SIGKILL');
  await talk(20);
  await Promise.all(sends);
  await expect.poll(() => atBob.length, poll).toBe(sends.length);
  await expect.poll(() => atAnn, poll).toEqual(atBob);
  expect(new Set(atBob).size).toBe(sends.length);
  const ofAnn = atBob.filter((text) => text.startsWith('a'));
  expect(ofAnn).toEqual(
    ofAnn.toSorted((one, other) => Number(one.slice(1)) - Number(other.slice(1))),
  );
});
