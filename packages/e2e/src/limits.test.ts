/** How much one socket, and one calling service, may send: up to its limit all of it, above it is told. */
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { raiseStage } from './stage.ts';

const messagesBurst = 5;
const receiptsBurst = 3;
const pingsBurst = 2;
const callsBurst = 40;

const stage = raiseStage({
  edges: 1,
  ingresses: 2,
  env: {
    MESSAGES_MAX_PER_SECOND: '1',
    MESSAGES_BURST: String(messagesBurst),
    RECEIPTS_MAX_PER_SECOND: '1',
    RECEIPTS_BURST: String(receiptsBurst),
    PINGS_MAX_PER_SECOND: '1',
    PINGS_BURST: String(pingsBurst),
    TYPING_INTERVAL_MS: '60000',
    SERVICE_CALLS_MAX_PER_SECOND: '1',
    SERVICE_CALLS_BURST: String(callsBurst),
  },
});
const { cast } = stage;

describe('messages of a socket', () => {
  test('pass up to the limit; one more is told when to be sent again, and then passes', async () => {
    const visitor = await cast.visitor(stage.name('chat'));
    const frames = Array.from({ length: messagesBurst + 1 }, (_, index) => ({
      event: 'sendMessage',
      data: { text: `text ${index}`, client_message_id: `c${index}` },
      id: `r${index}`,
    }));
    for (const frame of frames) visitor.sendRaw(JSON.stringify(frame));
    const refused = await visitor.next(({ request_id }) => request_id === `r${messagesBurst}`);
    expect(refused).toMatchObject({
      event: 'messageNotAdded',
      data: { client_message_id: `c${messagesBurst}`, code: 'rate_limited', retryable: true },
    });
    expect(visitor.all('messageAdded')).toHaveLength(messagesBurst);
    const waitMs = refused.data.retry_after_ms as number;
    expect(waitMs).toBeGreaterThan(0);
    expect(waitMs).toBeLessThanOrEqual(1_000);
    await delay(waitMs);
    visitor.sendRaw(JSON.stringify(frames.at(-1)));
    expect(
      await visitor.next(({ request_id }) => request_id === `r${messagesBurst}`),
    ).toMatchObject({ event: 'messageAdded' });
  });

  test('of another socket of the same user have a limit of their own', async () => {
    const chatId = stage.name('chat');
    const tab = await cast.visitor(chatId);
    const other = await cast.visitor(chatId, { id: tab.id });
    for (const socket of [tab, other])
      for (let count = 0; count < messagesBurst; count += 1)
        socket.sendFrame('sendMessage', { text: 'x' }, `r${count}`);
    for (const socket of [tab, other])
      for (let count = 0; count < messagesBurst; count += 1)
        expect((await socket.next(({ request_id }) => request_id === `r${count}`)).event).toBe(
          'messageAdded',
        );
  });
});

describe('other frames of a socket', () => {
  test.each([
    ['ping', {}, pingsBurst, 'pong'],
    ['markMessageRead', { message_id: 'unknown' }, receiptsBurst, 'messageUpdated'],
  ])(
    '%s above the limit is an error that says when to come again',
    async (event, data, burst, answer) => {
      const visitor = await cast.visitor(stage.name('chat'));
      for (let count = 0; count <= burst; count += 1) visitor.sendFrame(event, data, `r${count}`);
      expect(await visitor.next(({ request_id }) => request_id === `r${burst}`)).toMatchObject({
        event: 'error',
        data: { code: 'rate_limited', retry_after_ms: expect.any(Number) },
      });
      for (let count = 0; count < burst; count += 1)
        expect((await visitor.next(({ request_id }) => request_id === `r${count}`)).event).toBe(
          answer,
        );
    },
  );
});

describe('typing of a user', () => {
  test('is told once in its time, its end always, and more is dropped without an answer', async () => {
    const chatId = stage.name('chat');
    const visitor = await cast.visitor(chatId);
    const tab = await cast.visitor(chatId, { id: visitor.id });
    const guest = await cast.visitor(chatId);
    for (const isTyping of [true, true, false, true, false, true])
      visitor.sendFrame('updateTyping', { is_typing: isTyping });
    tab.sendFrame('updateTyping', { is_typing: true });
    // Answers come in the order of the frames: what is dropped has none.
    for (const socket of [visitor, tab]) {
      socket.sendFrame('sendMessage', { text: 'fence' }, 'fence');
      await socket.next(({ request_id }) => request_id === 'fence');
      expect(socket.all('error')).toEqual([]);
    }
    await guest.next(({ data }) => data.message?.text === 'fence');
    expect(guest.all('typingUpdated').map(({ data }) => data.is_typing)).toEqual([true, false]);
    guest.sendFrame('updateTyping', { is_typing: true });
    expect(await visitor.next('typingUpdated')).toMatchObject({ data: { user: { id: guest.id } } });
  });
});

describe('calls of a service', () => {
  test('above the limit are 429 with Retry-After at every ingress, before anything is done', async () => {
    const { cluster } = stage;
    const chatId = stage.name('chat');
    const startMs = performance.now();
    const calls = Array.from({ length: callsBurst * 2 }, async (_, index) => {
      const { url } = cluster.ingresses[index % 2]!;
      const response = await fetch(`${url}/message`, {
        method: 'POST',
        headers: { 'api-token': cluster.apiToken, 'content-type': 'application/json' },
        body: JSON.stringify({ id: `m${index}`, chat_id: chatId, type: 'standard', text: 'x' }),
      });
      await response.body?.cancel();
      return { status: response.status, retryAfter: Number(response.headers.get('retry-after')) };
    });
    const answers = await Promise.all(calls);
    const seconds = (performance.now() - startMs) / 1_000;
    const accepted = answers.filter(({ status }) => status === 200);
    const refused = answers.filter(({ status }) => status === 429);
    expect(accepted.length + refused.length).toBe(answers.length);
    expect(accepted.length).toBeLessThanOrEqual(callsBurst + Math.ceil(seconds));
    // The tests before have called as well, and what they took has come back since or not.
    expect(accepted.length).toBeGreaterThan(0);
    for (const { retryAfter } of refused) expect(retryAfter).toBeGreaterThan(0);
  });
});
