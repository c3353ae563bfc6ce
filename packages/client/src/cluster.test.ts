/** The client on real processes: three edges of which one is drained and one is killed, and a network in between. */
import { mintToken, startFaultProxy, type FaultProxy } from '@switchboard/testkit';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { connectDesk } from './connect-desk.ts';
import type { TokenReason } from './options.ts';
import { hurried, poll, raiseCluster, textsOf, untilLive } from './test/real-cluster.ts';

vi.setConfig({ testTimeout: 60_000 });

const stage = raiseCluster();

describe('a conversation', () => {
  test('goes both ways, with receipts and typing, and the desk sees it', async () => {
    const ann = stage.visitor('talk');
    const bob = stage.operator('talk');
    const desk = stage.keep(
      connectDesk({
        url: stage.edge(1).replace('ws:', 'http:'),
        token: stage.operatorToken,
      }),
    );
    const typing: boolean[] = [];
    const seenAtDesk: string[] = [];
    bob.on('typingUpdated', ({ is_typing }) => void typing.push(is_typing));
    desk.on('messageAdded', ({ message }) => void seenAtDesk.push(message.text ?? ''));
    const heard = textsOf(bob);
    await Promise.all([untilLive(ann), untilLive(bob), untilLive(desk)]);

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
    const ann = stage.visitor('refusals');
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
    await untilLive(ann);
  });

  test('begins with history, and goes on where another connection has stopped', async () => {
    for (const text of ['one', 'two', 'three'])
      await stage.post({ id: text, chat_id: 'before', type: 'bot', text });
    const ann = stage.visitor('before', { history: 2 });
    const first = textsOf(ann);
    await expect.poll(() => first, poll).toEqual(['two', 'three']);
    await untilLive(ann);
    const since = ann.position!;
    ann.close();
    await stage.post({ id: 'four', chat_id: 'before', type: 'bot', text: 'four' });
    const later = textsOf(stage.visitor('before', { since, history: 2 }));
    await expect.poll(() => later, poll).toEqual(['four']);
  });

  test('says where it cannot go on', async () => {
    const reloads: unknown[] = [];
    stage
      .visitor('nowhere', { since: 'no such position' })
      .on('reload', (told) => void reloads.push(told));
    await expect.poll(() => reloads, poll).toEqual([{ position: expect.any(String) }]);
  });
});

describe('a network', () => {
  let proxy: FaultProxy;

  beforeAll(async () => {
    proxy = await startFaultProxy({ port: Number(new URL(stage.edge(2)).port) });
  });
  afterAll(() => proxy.stop());
  const throughProxy = () => ({ url: `ws://127.0.0.1:${proxy.port}` });

  test('that breaks loses nothing and gives nothing twice, either way', async () => {
    const ann = stage.visitor('broken', throughProxy());
    const bob = stage.operator('broken');
    const [atAnn, atBob] = [textsOf(ann), textsOf(bob)];
    const expected: string[] = [];
    await Promise.all([untilLive(ann), untilLive(bob)]);
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
    const ann = stage.visitor('silent', {
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
    await untilLive(ann);
    proxy.impose({ kind: 'black-hole' });
    const sent = ann.sendMessage({ text: 'into the void' });
    await stage.post({ id: 'unheard', chat_id: 'silent', type: 'bot', text: 'unheard' });
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
    const ann = stage.visitor('renewed', {
      // A machine that is late must not make it look like a break.
      environment: {},
      token: (reason) => {
        reasons.push(reason);
        const claims = { sub: 'v1', role: 'client', chat_id: 'renewed' } as const;
        return mintToken(stage.cluster.authSecret, claims, reason === 'connect' ? 61 : 600);
      },
    });
    const states: string[] = [];
    ann.on('state', ({ state }) => void states.push(state));
    await expect.poll(() => reasons, poll).toEqual(['connect', 'expiring']);
    await ann.sendMessage({ text: 'still here' });
    expect(states).toEqual(['live']);
  });

  test('that is refused without a word is asked for anew', async () => {
    const reasons: TokenReason[] = [];
    const ann = stage.visitor('stale', {
      token: (reason) => {
        reasons.push(reason);
        const claims = { sub: 'v1', role: 'client', chat_id: 'stale' } as const;
        return mintToken(stage.cluster.authSecret, claims, reason === 'connect' ? -60 : 600);
      },
    });
    await untilLive(ann);
    expect(reasons).toEqual(['connect', 'expired']);
  });

  test('whose holder is sent away ends it for good', async () => {
    const ann = stage.visitor('kicked');
    await untilLive(ann);
    const endings: unknown[] = [];
    ann.on('state', ({ ending }) => void endings.push(ending));
    await stage.post({ chat_id: 'kicked' }, '/sessions/disconnect');
    await expect.poll(() => endings, poll).toEqual([{ code: 4501, reason: 'kicked' }]);
    await expect(ann.sendMessage({ text: 'too late' })).rejects.toMatchObject({ code: 'closed' });
  });
});

// The last one: it takes edges away.
test('edges that are drained and killed lose nothing and give nothing twice', async () => {
  let target = 0;
  const url = () => stage.edge(target);
  const ann = stage.visitor('moving', { url });
  const bob = stage.operator('moving', { url: () => stage.edge(1) });
  const [atAnn, atBob] = [textsOf(ann), textsOf(bob)];
  await Promise.all([untilLive(ann), untilLive(bob)]);
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
  stage.cluster.edges[0]!.kill('SIGTERM');
  await talk(20);
  expect(await stage.cluster.edges[0]!.exited).toMatchObject({ code: 0 });
  await talk(5);
  target = 1;
  stage.cluster.edges[2]!.kill('SIGKILL');
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
