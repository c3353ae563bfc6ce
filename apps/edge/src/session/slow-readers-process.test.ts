/** Sockets that do not read, or a trickle, over a real edge: memory, order, and what they find when they are back. */
import { setTimeout as delay } from 'node:timers/promises';
import { collectGarbage, type Frame } from '@switchboard/testkit';
import { afterEach, describe, expect, it } from 'vitest';
import { startEdges, textsOf, type EdgesUnderTest } from '../test/edges-under-test.ts';
import { openSlowChat, type SlowSocket } from '../test/slow-socket.ts';

let edges: EdgesUnderTest;
afterEach(() => edges.stop());

const chatId = 'slow';
const MiB = 1_048_576;
const floodMessages = 100;
const padding = 'x'.repeat(15_500);
const numberOf = (text: string) => Number(text.split(' ')[0]);

const slowClient = async (name: string, bytesPerSecond: number): Promise<SlowSocket> => {
  const token = await edges.token({ sub: name, role: 'client', chat_id: chatId });
  return openSlowChat({ url: edges.url(), token, bytesPerSecond });
};

const metric = async (name: string): Promise<number> => {
  const text = await (await fetch(`${edges.cluster.edges[0]!.privateUrl}/metrics`)).text();
  const line = text.split('\n').find((one) => one.startsWith(`${name} `));
  return Number(line?.split(' ').at(-1) ?? 0);
};

/** Resident, bytes, without garbage: when a process collects is its own affair. */
const restingMemory = async (): Promise<number> => {
  await collectGarbage(edges.cluster.edges[0]!);
  return metric('process_resident_memory_bytes');
};

/**
 * Fills what the kernels of both ends hold for each slow socket, with what is in no log: in steps so
 * small that no socket comes from below the soft mark over the hard one.
 */
const fillUntilSpared = async (sockets: number): Promise<void> => {
  const padded = {
    event: 'typingUpdated',
    eventId: 'padding',
    ts: new Date().toISOString(),
    chatId,
    room: { audience: 'all' as const, data: JSON.stringify({ padding: 'x'.repeat(1_900) }) },
  };
  for (let step = 0; step < 1_500; step += 1) {
    await Promise.all(Array.from({ length: 8 }, () => edges.bus.log.publish(padded)));
    if ((await metric('switchboard_edge_soft_marks_total')) < sockets) continue;
    await edges.bus.log.publish(padded);
    return;
  }
  throw new Error('not all were spared');
};

/** Posts the numbered messages, `abreast` at a time. */
const post = async (from: number, to: number, abreast: number): Promise<void> => {
  for (let start = from; start < to; start += abreast) {
    const count = Math.min(abreast, to - start);
    const numbers = Array.from({ length: count }, (_, index) => start + index);
    await Promise.all(
      numbers.map((number) => edges.post({ chat_id: chatId, text: `${number} ${padding}` })),
    );
  }
};

const seenIn = (frames: readonly Frame[]): string[] =>
  frames.flatMap(({ event, data }) =>
    event === 'messageAdded' ? [data.message.id as string] : [],
  );

/** What a process allocates once for traffic and replays is no memory of slow readers. */
const warmUp = async (): Promise<void> => {
  const room = 'warm';
  const socket = await edges.client('warm', room);
  for (let count = 0; count < 150; count += 1) {
    await edges.post({ chat_id: room, text: padding });
  }
  await expect.poll(() => textsOf(socket).length).toBe(150);
  const back = await edges.client('again', room, { query: { history: 100 } });
  await back.next('caughtUp');
  await Promise.all([socket.close(), back.close()]);
};

/** Everything that it read before and after its resume, and how it was closed. */
const reconcile = async (socket: SlowSocket, name: string) => {
  const { frames, code } = await socket.readAll();
  const since = frames.findLast(({ position }) => position !== undefined)?.position;
  const first = frames.find(({ event }) => event === 'connected')!;
  const query = { since: since ?? (first.data.position as string) };
  const back = await edges.client(name, chatId, { query, past: false });
  expect(await back.next('connected')).toMatchObject({ data: { resumed: true } });
  await back.next('caughtUp', 10_000);
  const seen = [...seenIn(frames), ...seenIn(back.frames)];
  await back.close();
  return { code, seen };
};

describe('sockets that do not read', () => {
  it('hold no more than the process may, are closed with 4002 or cut, and miss nothing', async () => {
    const env = {
      SOCKET_BUFFER_MAX_BYTES: '524288',
      SOCKET_BUFFER_SOFT_BYTES: '65536',
      BUFFERS_MAX_BYTES: String(2 * MiB),
      CLOSE_FLUSH_MS: '500',
    };
    edges = await startEdges({ env });
    await warmUp();
    const fast = await edges.client('fast', chatId);
    const names = Array.from({ length: 12 }, (_, index) => `slow-${index}`);
    const slow = await Promise.all(names.map((name, index) => slowClient(name, index * 100)));
    await fast.next(({ event, data }) => event === 'userConnected' && data.user.id === 'slow-11');
    await delay(100);
    const memoryBefore = await restingMemory();
    await fillUntilSpared(slow.length);
    let buffered = 0;
    let memory = 0;
    const posting = post(0, floodMessages, 8);
    for (let isPosting = true; isPosting;) {
      buffered = Math.max(buffered, await metric('switchboard_edge_buffered_bytes'));
      memory = Math.max(memory, await metric('process_resident_memory_bytes'));
      isPosting = await Promise.race([posting.then(() => false), delay(20, true)]);
    }
    await fast.next(({ data }) => numberOf(data.message?.text ?? '') === floodMessages - 1, 10_000);
    expect(textsOf(fast).map(numberOf)).toEqual(
      Array.from({ length: floodMessages }, (_, index) => index),
    );
    expect(buffered).toBeLessThan(4 * MiB);
    expect(memory - memoryBefore).toBeLessThan(64 * MiB);
    expect(await metric('switchboard_edge_ephemeral_dropped_total')).toBeGreaterThan(0);
    expect(
      await metric('switchboard_edge_slow_readers_closed_total{limit="process"}'),
    ).toBeGreaterThan(0);
    const all = seenIn(fast.frames);
    for (const [index, socket] of slow.entries()) {
      const { code, seen } = await reconcile(socket, names[index]!);
      expect([4002, 1006]).toContain(code);
      expect(seen).toEqual(all);
    }
    await expect.poll(() => metric('switchboard_edge_buffered_bytes'), { timeout: 5_000 }).toBe(0);
    await expect
      .poll(restingMemory, { timeout: 10_000, interval: 500 })
      .toBeLessThan(memoryBefore * 1.2);
  }, 40_000);

  it('find nothing missing after a burst over the hard limit in one turn', async () => {
    const env = {
      SOCKET_BUFFER_MAX_BYTES: '65536',
      SOCKET_BUFFER_SOFT_BYTES: '16384',
      CLOSE_FLUSH_MS: '500',
    };
    edges = await startEdges({ env });
    const fast = await edges.client('fast', chatId);
    const slow = await slowClient('slow', 0);
    await fast.next('userConnected');
    await delay(100);
    await fillUntilSpared(1);
    // What is published while it stands still comes in one turn afterwards.
    const [edge] = edges.cluster.edges;
    edge!.kill('SIGSTOP');
    await post(0, floodMessages, floodMessages);
    edge!.kill('SIGCONT');
    await expect.poll(() => textsOf(fast).length, { timeout: 10_000 }).toBe(floodMessages);
    const { code, seen } = await reconcile(slow, 'slow');
    expect([4002, 1006]).toContain(code);
    expect(seen).toEqual(seenIn(fast.frames));
  }, 30_000);
});
