/** Another edge is late: what this one leaves undone. A bus plays the other edge. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startEdges, type EdgesUnderTest } from '../test/edges-under-test.ts';

const stats = {
  state: 'ready',
  address: '127.0.0.1:1',
  version: 'test',
  sockets: 1,
  rooms: 1,
  loopLagMs: 0,
  followLagMs: 0,
  forwardedIgnored: 0,
  forwardedMissing: 0,
} as const;

let edges: EdgesUnderTest;
let telling: ReturnType<typeof setInterval> | undefined;
const start = async (env: Record<string, string>) => {
  edges = await startEdges({
    env: { MESSAGES_MAX_PER_SECOND: '0', TYPING_INTERVAL_MS: '0', ...env },
  });
};
beforeEach(() => (telling = undefined));
afterEach(async () => {
  clearInterval(telling);
  await edges.stop();
});

const beLate = async (followLagMs: number) => {
  await edges.bus.nodes.enter('late', () => stats);
  telling = setInterval(
    () => void edges.bus.nodes.tellLag({ loopLagMs: 0, followLagMs }).catch(() => undefined),
    100,
  );
};

describe('while another edge is late', () => {
  it('typing is dropped, messages beyond what is carried are refused, and connects come in', async () => {
    await start({ OVERLOAD_LAG_MS: '1000' });
    const ann = await edges.client('ann', 'late');
    const bob = await edges.client('bob', 'late');
    await beLate(60_000);
    const crowd = await Promise.all(
      Array.from({ length: 10 }, (_, index) => edges.client(`user-${index}`, `room-${index}`)),
    );
    const refused = () =>
      crowd.flatMap((socket) => socket.all(({ data }) => data.code === 'rate_limited'));
    // So many may always come at once; nobody sends more than may wait.
    for (let turn = 0; refused().length === 0; turn += 1) {
      for (const socket of crowd)
        for (let count = 0; count < 40; count += 1)
          socket.sendFrame('sendMessage', { text: 'x' }, `${turn} ${count}`);
      await Promise.all(
        crowd.map((socket) => socket.next(({ request_id }) => request_id === `${turn} 39`, 15_000)),
      );
    }
    const [first] = refused();
    expect(first).toMatchObject({ event: 'messageNotAdded', data: { retryable: true } });
    expect(first?.data.retry_after_ms).toBeGreaterThanOrEqual(1_000);
    ann.sendFrame('updateTyping', { is_typing: true });
    ann.sendFrame('ping', {}, 'after');
    await ann.next(({ request_id }) => request_id === 'after');
    // Who joins hears from Redis after what was told before.
    await edges.client('cid', 'late');
    expect(bob.all('typingUpdated')).toEqual([]);
    clearInterval(telling);
    await expect
      .poll(
        () => {
          ann.sendFrame('updateTyping', { is_typing: true });
          return bob.all('typingUpdated').length;
        },
        { timeout: 20_000 },
      )
      .toBeGreaterThan(0);
  });
});

describe('without memory', () => {
  it('nobody comes in, and is told when to come again', async () => {
    await start({ RESIDENT_MAX_BYTES: '1' });
    const refused = async () => {
      try {
        const socket = await edges.client('ann', 'room', { past: false });
        await socket.close();
        return undefined;
      } catch (error) {
        return error as { status?: number; headers?: Record<string, string> };
      }
    };
    await expect
      .poll(async () => (await refused())?.status, { timeout: 15_000, interval: 250 })
      .toBe(503);
    expect(Number((await refused())?.headers?.['retry-after'])).toBeGreaterThan(0);
  });
});
