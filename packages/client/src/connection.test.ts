/** What the shell adds to the machine: callers, listeners that call back, the platform. */
import { getEventListeners } from 'node:events';
import { expect, test } from 'vitest';
import { connectChat } from './connect-chat.ts';
import { createFakeClock, type FakeClock } from './test/fake-clock.ts';
import { ModelServer } from './test/model-server.ts';
import type { ChatOptions } from './options.ts';

const environmentOf = (clock: FakeClock) => ({
  ...clock,
  random: () => 0,
  watch: () => () => undefined,
});

const start = (more: Partial<ChatOptions> = {}) => {
  const clock = createFakeClock();
  const server = new ModelServer(clock, 1);
  const environment = { ...environmentOf(clock), WebSocket: server.WebSocket };
  const chat = connectChat({
    url: 'ws://model.test',
    chatId: 'c',
    token: '0',
    environment,
    ...more,
  });
  return { clock, server, chat };
};

test('a wrong URL, or a platform without WebSocket, is told at once', () => {
  expect(() => start({ url: 'nonsense' })).toThrow(TypeError);
  const environment = { WebSocket: undefined as never };
  expect(() => start({ environment })).toThrow(/environment\.WebSocket/u);
});

test('a signal closes the connection, and what waits is rejected', async () => {
  const stopping = new AbortController();
  const { clock, chat, server } = start({ signal: stopping.signal });
  const endings: unknown[] = [];
  chat.on('state', ({ ending }) => ending !== undefined && endings.push(ending));
  const sending = chat.sendMessage({ text: 'Hi' });
  const rejected = sending.catch((error: unknown) => error);
  stopping.abort();
  expect(await rejected).toMatchObject({
    code: 'closed',
    retryable: true,
    clientMessageId: sending.clientMessageId,
  });
  await clock.advance(60_000);
  expect([chat.state, endings, server.socket]).toEqual([
    'closed',
    [{ reason: 'closed' }],
    undefined,
  ]);
});

test('a send that is given up is rejected, and not sent where it was not yet', async () => {
  const { clock, chat, server } = start();
  const stopping = new AbortController();
  const late = chat.sendMessage({ text: 'late' }, { signal: stopping.signal });
  const never = chat.sendMessage({ text: 'never' }, { signal: AbortSignal.abort() });
  const kept = chat.sendMessage({ text: 'kept' });
  const rejections = Promise.allSettled([late, never]);
  stopping.abort();
  await clock.advance(1_000);
  expect(await rejections).toMatchObject([
    { reason: { code: 'aborted' } },
    { reason: { code: 'aborted' } },
  ]);
  expect((await kept).id).toBe('m0.1');
  expect(server.logs[0]).toHaveLength(1);
});

test('a message that a backend takes its time for is waited for, while pings tell that the edge lives', async () => {
  const clock = createFakeClock();
  const server = new ModelServer(clock, 1);
  class SlowlyDecided extends server.WebSocket {
    override send(text: string): void {
      const deliver = () => super.send(text);
      if (text.includes('"sendMessage"')) clock.setTimeout(deliver, 42_000);
      else deliver();
    }
  }
  const { chat } = start({ environment: { ...environmentOf(clock), WebSocket: SlowlyDecided } });
  const states: string[] = [];
  chat.on('state', ({ state }) => void states.push(state));
  const sent = chat.sendMessage({ text: 'moderated' });
  await clock.advance(45_000);
  expect((await sent).id).toBe('m0.1');
  expect(states).toEqual(['live']);
});

test('a listener may close, send and listen while it is called', async () => {
  const { clock, chat, server } = start();
  const got: string[] = [];
  chat.on('connected', () => {
    void chat.sendMessage({ text: 'from within' });
    chat.on('messageAdded', ({ message }) => {
      got.push(message.id);
      chat.close();
    });
  });
  await clock.advance(1_000);
  server.post(0);
  await clock.advance(1_000);
  expect([got, chat.state]).toEqual([['m0.1'], 'closed']);
});

test('nothing of a connection is left when it was closed, whenever that was', async () => {
  const stopping = new AbortController();
  const { clock, chat } = start({ signal: stopping.signal });
  chat.on('connected', () => chat.close());
  await clock.advance(1_000);
  expect([chat.state, clock.waiting()]).toEqual(['closed', 0]);
  expect(getEventListeners(stopping.signal, 'abort')).toEqual([]);
});

test('a plain token that has expired ends it, and says so', async () => {
  const { clock, chat, server } = start();
  const endings: unknown[] = [];
  chat.on('state', ({ ending }) => ending !== undefined && endings.push(ending));
  await clock.advance(1_000);
  server.dismiss(4004);
  await clock.advance(1_000);
  expect(endings).toEqual([{ code: 4004, reason: 'token_expired' }]);
});

test('a token provider that never answers is asked again, and that is told', async () => {
  const asked: string[] = [];
  const { clock, chat } = start({
    token: (reason) => (asked.push(reason) < 3 ? new Promise(() => undefined) : '0'),
  });
  const codes: string[] = [];
  chat.on('error', ({ code }) => void codes.push(code));
  await clock.advance(29_000);
  expect([chat.state, asked, codes]).toEqual(['connecting', ['connect'], []]);
  await clock.advance(33_000);
  expect(chat.state).toBe('live');
  expect([asked.length, codes]).toEqual([3, ['token_unavailable', 'token_unavailable']]);
});

test('a provider that does not answer on an open connection is asked again when that has ended', async () => {
  const asked: string[] = [];
  const { clock, chat, server } = start({
    token: (reason) => {
      asked.push(reason);
      return reason === 'expiring' ? new Promise(() => undefined) : '0';
    },
  });
  await clock.advance(1_000);
  server.socket?.deliver('{"event":"tokenExpiring","ts":"","data":{"expires_in_ms":60000}}');
  await clock.advance(1_000);
  server.dismiss(4004);
  await clock.advance(32_000);
  expect([chat.state, asked]).toEqual(['live', ['connect', 'expiring', 'expired']]);
});

test('a token that comes late is taken', async () => {
  const answers: ((token: string) => void)[] = [];
  const { clock, chat, server } = start({
    token: () => new Promise((resolve) => void answers.push(resolve)),
  });
  await clock.advance(31_000);
  expect(answers).toHaveLength(2);
  answers[0]?.('1');
  await clock.advance(1_000);
  expect([chat.state, server.socket?.token]).toEqual(['live', '1']);
  answers[1]?.('2');
  await clock.advance(1_000);
  server.dismiss(1012);
  await clock.advance(1_000);
  expect(server.socket?.token).toBe('2');
});

test('a token that comes after a later one is not taken', async () => {
  const answers: ((token: string) => void)[] = [];
  const { clock, server } = start({
    token: () => new Promise((resolve) => void answers.push(resolve)),
  });
  await clock.advance(31_000);
  answers[1]?.('2');
  await clock.advance(1_000);
  answers[0]?.('1');
  await clock.advance(1_000);
  server.dismiss(1012);
  await clock.advance(1_000);
  expect(server.socket?.token).toBe('2');
});

test('what cannot be written as JSON is refused like anything else, and the next one goes', async () => {
  const { clock, chat, server } = start();
  const cyclic: Record<string, unknown> = {};
  cyclic['self'] = cyclic;
  const sendings = [cyclic, { amount: 1n }].map((meta) => chat.sendMessage({ text: 'Hi', meta }));
  const refused = { code: 'validation_failed', retryable: false };
  expect(await Promise.allSettled(sendings)).toMatchObject(
    sendings.map(({ clientMessageId }) => ({ reason: { ...refused, clientMessageId } })),
  );
  void chat.sendMessage({ text: 'Hi' });
  await clock.advance(1_000);
  expect(server.logs[0]).toHaveLength(1);
});

test('a receipt that nobody awaits may fail', async () => {
  const { chat } = start();
  void chat.markMessageRead('m1');
  chat.close();
  await expect(chat.markMessageRead('m1')).rejects.toMatchObject({ code: 'closed' });
});
