/** The end of an edge when things are not as they should be, over real processes. */
import { setTimeout as delay } from 'node:timers/promises';
import { startRedis, type RawSocket } from '@switchboard/testkit';
import { afterEach, describe, expect, it } from 'vitest';
import { startEdges, type EdgesUnderTest } from '../test/edges-under-test.ts';

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

const start = async (env: Record<string, string>, redisUrl?: string): Promise<EdgesUnderTest> => {
  const edges = await startEdges({ env, ...(redisUrl !== undefined && { redisUrl }) });
  cleanUps.push(() => edges.stop());
  return edges;
};

const startWithRedis = async (env: Record<string, string>) => {
  const redis = await startRedis();
  cleanUps.push(() => redis.stop());
  return { redis, edges: await start(env, redis.url) };
};

describe('an edge that stops', () => {
  it('answers what it has taken before it closes the socket', async () => {
    const { redis, edges } = await startWithRedis({ SHUTDOWN_TIMEOUT_MS: '8000' });
    const ann = await edges.client('ann', 'chat');
    await redis.kill('SIGSTOP');
    for (const id of ['1', '2', '3']) ann.sendFrame('sendMessage', { text: id }, id);
    ann.sendFrame('ping', {}, '4');
    await delay(100);
    edges.cluster.edges[0]!.kill('SIGTERM');
    await delay(300);
    await redis.kill('SIGCONT');
    expect(await ann.closed).toMatchObject({ code: 4001 });
    const told = ann.frames.slice(-5).map(({ event, request_id: id }) => [event, id]);
    expect(told).toEqual([
      ['messageAdded', '1'],
      ['messageAdded', '2'],
      ['messageAdded', '3'],
      ['pong', '4'],
      ['disconnecting', undefined],
    ]);
    expect(await edges.cluster.edges[0]!.exited).toEqual({ code: 0, signal: null });
  }, 20_000);

  it('exits with 0 within its time while Redis is away, and turns away who is joining', async () => {
    const { redis, edges } = await startWithRedis({
      SHUTDOWN_TIMEOUT_MS: '6000',
      DRAIN_ANSWER_MS: '300',
    });
    const edge = edges.cluster.edges[0]!;
    const ann = await edges.client('ann', 'chat');
    await redis.kill('SIGSTOP');
    const joining = await edges.client('bob', 'chat', { past: false });
    ann.sendFrame('sendMessage', { text: 'x' });
    await delay(50);
    const begun = performance.now();
    edge.kill('SIGTERM');
    expect(await ann.closed).toMatchObject({ code: 4001 });
    expect((await joining.closed).code).toBeLessThan(4_500);
    expect(await edge.exited).toEqual({ code: 0, signal: null });
    expect(performance.now() - begun).toBeLessThan(6_000);
    await redis.kill('SIGCONT');
  }, 20_000);

  it('does not mind a second SIGTERM', async () => {
    const edges = await start({ DRAIN_WINDOW_MS: '600', SHUTDOWN_TIMEOUT_MS: '5000' });
    const edge = edges.cluster.edges[0]!;
    const names = Array.from({ length: 10 }, (_, index) => `user-${index}`);
    const sockets = await Promise.all(names.map((name) => edges.client(name, name)));
    edge.kill('SIGTERM');
    await delay(100);
    edge.kill('SIGTERM');
    const codes = await Promise.all(sockets.map(async ({ closed }) => (await closed).code));
    expect(codes).toEqual(names.map(() => 4001));
    expect(await edge.exited).toEqual({ code: 0, signal: null });
  });

  it('sends 2 000 sockets home in its window and no faster', async () => {
    const edges = await start({ DRAIN_WINDOW_MS: '1500', SHUTDOWN_TIMEOUT_MS: '12000' });
    const edge = edges.cluster.edges[0]!;
    const sockets: RawSocket[] = [];
    for (let batch = 0; batch < 20; batch += 1) {
      const names = Array.from({ length: 100 }, (_, index) => `user-${batch * 100 + index}`);
      sockets.push(...(await Promise.all(names.map((name) => edges.client(name, name)))));
    }
    edge.kill('SIGTERM');
    const endings = await Promise.all(
      sockets.map(async ({ closed }) => ({ ...(await closed), atMs: performance.now() })),
    );
    expect(endings.every(({ code }) => code === 4001)).toBe(true);
    expect(sockets.every((socket) => socket.all('disconnecting').length === 1)).toBe(true);
    const times = endings.map(({ atMs }) => atMs);
    expect(Math.max(...times) - Math.min(...times)).toBeGreaterThan(1_000);
    expect(await edge.exited).toEqual({ code: 0, signal: null });
  }, 40_000);
});
