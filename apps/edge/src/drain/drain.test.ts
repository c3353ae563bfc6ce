/** The end of an edge, over real processes. */
import { afterEach, describe, expect, it } from 'vitest';
import { createSessionTable } from '../session/session-table.ts';
import { boundDrain, drain, type DrainOptions } from './drain.ts';
import { startEdges, type EdgesUnderTest } from '../test/edges-under-test.ts';
import { chatSession, receivedBy, type FakeConnection } from '../test/fakes.ts';

describe('the times of a drain', () => {
  it('are taken as they are when the whole stop has room for them', () => {
    const wanted = { waitMs: 5_000, windowMs: 10_000, answerMs: 3_000, flushMs: 1_000 };
    expect(boundDrain(wanted, 30_000)).toEqual(wanted);
  });

  it('are cut to what the whole stop leaves', () => {
    const long = { waitMs: 60_000, windowMs: 60_000, answerMs: 60_000, flushMs: 60_000 };
    for (const timeoutMs of [100, 3_000, 10_000]) {
      const times = Object.values(boundDrain(long, timeoutMs));
      const sum = times.reduce((total, timeMs) => total + timeMs, 0);
      expect(sum).toBeLessThanOrEqual(timeoutMs * 0.81);
      for (const timeMs of times) expect(timeMs).toBeGreaterThan(0);
    }
  });
});

const atOnce: Omit<DrainOptions, 'table'> = {
  waitMs: 0,
  windowMs: 0,
  answerMs: 0,
  retrySpreadMs: 0,
  flushMs: 0,
  stopListening: () => undefined,
  onClosing: () => undefined,
  finish: () => undefined,
  abandon: () => undefined,
  partings: { size: 0 },
  random: () => 0,
};

it('a drain sends home also who came in while the others went', async () => {
  const table = createSessionTable();
  const sessions = [chatSession('first'), chatSession('late')];
  const [first, late] = sessions;
  table.add(first!);
  first!.phase = 'live';
  await drain({
    ...atOnce,
    table,
    finish() {
      table.add(late!);
      return undefined;
    },
  });
  const closedWith = sessions.map(({ connection }) => (connection as FakeConnection).closedWith);
  expect(closedWith).toEqual([4001, 4001]);
});

it('a drain says why and for how long also to who is still reading what it missed', async () => {
  const table = createSessionTable();
  const [behind, silent] = [chatSession('behind'), chatSession('silent')];
  for (const session of [behind, silent]) table.add(session);
  behind.greet('connected');
  await drain({ ...atOnce, table, retrySpreadMs: 100, random: () => 0.5 });
  const [connected, disconnecting] = receivedBy(behind);
  expect(connected).toBe('connected');
  const data = { reason: 'draining', reconnect: true, retry_after_ms: 50 };
  expect(JSON.parse(disconnecting!)).toMatchObject({ event: 'disconnecting', data });
  expect(receivedBy(silent)).toEqual([]);
});

describe('an edge that stops', () => {
  let edges: EdgesUnderTest | undefined;
  afterEach(() => edges?.stop());

  it('says so, sends its sockets home in waves with 4001, and exits with 0', async () => {
    edges = await startEdges({
      env: { DRAIN_WAIT_MS: '300', DRAIN_WINDOW_MS: '800', SHUTDOWN_TIMEOUT_MS: '5000' },
    });
    const [edge] = edges.cluster.edges;
    const sockets = await Promise.all(
      Array.from({ length: 20 }, (_, index) => edges!.client(`user-${index}`, `chat-${index}`)),
    );
    edge!.kill('SIGTERM');
    const begun = performance.now();
    const endings = Promise.all(
      sockets.map(async (socket) => ({
        ...(await socket.closed),
        afterMs: performance.now() - begun,
      })),
    );
    await expect
      .poll(async () => (await fetch(`${edge!.privateUrl}/health/ready`)).status)
      .toBe(503);
    const late = await edges.client('late', 'late');
    const ended = await endings;
    await late.closed;
    for (const socket of [...sockets, late]) {
      const { data } = await socket.next('disconnecting');
      expect(data).toMatchObject({ reason: 'draining', reconnect: true });
      expect(data.retry_after_ms).toBeGreaterThanOrEqual(0);
    }
    expect(ended.map(({ code }) => code)).toEqual(sockets.map(() => 4001));
    const times = ended.map(({ afterMs }) => afterMs);
    expect(Math.min(...times)).toBeGreaterThan(280);
    expect(Math.max(...times) - Math.min(...times)).toBeGreaterThan(400);
    expect(await edge!.exited).toEqual({ code: 0, signal: null });
  });

  it('by a command does the same, and another node does not mind it', async () => {
    edges = await startEdges({ edges: 2 });
    const { bus, cluster } = edges;
    const socket = await edges.client('ann', 'chat');
    const nodes = await bus.nodes.list();
    const port = new URL(edges.url(0)).port;
    const { nodeId } = nodes.find(({ address }) => address.endsWith(`:${port}`))!;
    expect(await bus.control.ask({ kind: 'drain', nodeId }, 2_000)).toBe(1);
    expect(await socket.closed).toMatchObject({ code: 4001 });
    expect(await cluster.edges[0]!.exited).toMatchObject({ code: 0 });
    const other = await edges.client('ann', 'chat', { edge: 1 });
    await other.close();
  });
});
