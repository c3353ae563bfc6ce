/** A client that does not read, over a real edge. */
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startEdges, textsOf, type EdgesUnderTest } from '../test/edges-under-test.ts';

let edges: EdgesUnderTest;
beforeAll(async () => {
  edges = await startEdges({ env: { SOCKET_BUFFER_MAX_BYTES: '262144', ROOM_GRACE_MS: '0' } });
});
afterAll(() => edges.stop());

const padding = JSON.stringify({ padding: 'x'.repeat(15_000) });

/** Something large that is in no log: what fills the buffers of two kernels before ours. */
const publishPadding = (chatId: string) =>
  edges.bus.log.publish({
    event: 'typingUpdated',
    eventId: 'padding',
    ts: new Date().toISOString(),
    chatId,
    room: { audience: 'all', data: padding },
  });

const range = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, index) => String(from + index));

describe('a reader that is too slow', () => {
  it('is closed and resumes without a hole; others get everything in order meanwhile', async () => {
    const chatId = 'slow';
    const slow = await edges.client('slow', chatId);
    const fast = await edges.client('fast', chatId);
    slow.ws.pause();
    for (const text of range(0, 50)) await edges.post({ chat_id: chatId, text });
    let isGone = false;
    const gone = fast.next('userDisconnected', 12_000).then(() => (isGone = true));
    for (let count = 0; !isGone && count < 4_000; count += 1) {
      await publishPadding(chatId);
      if (count % 20 === 0) await delay(5);
    }
    await gone;
    for (const text of range(50, 100)) await edges.post({ chat_id: chatId, text });
    await fast.next((frame) => frame.data.message?.text === '99', 10_000);
    expect(textsOf(fast)).toEqual(range(0, 100));
    slow.ws.resume();
    expect(await slow.closed).toMatchObject({ code: 4002, reason: 'slow_consumer' });
    expect(textsOf(slow)).toEqual(range(0, 50));
    const since = slow.frames.findLast(({ position }) => position !== undefined)!.position!;
    const back = await edges.client('slow', chatId, { query: { since } });
    expect(await back.next('caughtUp')).toMatchObject({ data: { count: 50 } });
    expect(textsOf(back)).toEqual(range(50, 100));
    await Promise.all([back.close(), fast.close()]);
  });

  it('gets a long replay at its own pace and is not closed for it', async () => {
    const chatId = 'long';
    const text = 'x'.repeat(12_000);
    for (let count = 0; count < 120; count += 1) await edges.post({ chat_id: chatId, text });
    const query = { history: 120 };
    const readers = await Promise.all(
      range(0, 8).map((name) => edges.client(name, chatId, { query, past: false })),
    );
    for (const reader of readers) reader.ws.pause();
    await delay(1_000);
    for (const reader of readers) reader.ws.resume();
    for (const reader of readers) {
      expect(await reader.next('caughtUp', 10_000)).toMatchObject({ data: { count: 120 } });
      await reader.close();
    }
  });
});
