import { expect, test } from 'vitest';
import { emptyHistory, withLook, type NodeFigures } from './figures.ts';

const node = (lease: number, sent: number, closed: Record<string, number> = {}): NodeFigures => ({
  id: 'edge-1',
  state: 'ready',
  address: '',
  version: '',
  sockets: 1,
  rooms: 1,
  loop_lag_ms: 0,
  follow_lag_ms: 4,
  lease_ends_in_ms: lease,
  totals: { messages_received: sent / 2, messages_sent: sent, events_sent: sent, closed },
});
const redis = { ready: true, reasons: [], heartbeat_ms: 2, clock_offset_ms: 0 };
const play = (...looks: [number, NodeFigures[]][]) =>
  looks.reduce((history, [atMs, nodes]) => withLook(history, { atMs, nodes, redis }), emptyHistory);

test("rates are the differences of an edge's counters over the time between its renewals", () => {
  const { samples } = play(
    [0, [node(10_000, 0)]],
    [2000, [node(8000, 0)]],
    [4000, [node(9000, 300)]],
  );
  expect(samples.map(({ nodes }) => nodes.get('edge-1')?.rates)).toEqual([
    undefined,
    undefined,
    { received: 50, sent: 100 },
  ]);
});

test('between two renewals the last rate stands', () => {
  const { samples } = play(
    [0, [node(10_000, 0)]],
    [3000, [node(10_000, 30)]],
    [5000, [node(8000, 30)]],
  );
  expect(samples.map(({ nodes }) => nodes.get('edge-1')?.rates?.sent)).toEqual([undefined, 10, 10]);
});

test('disconnects are told with their code, the newest first, and not for what was before', () => {
  const { disconnects } = play(
    [0, [node(10_000, 0, { 1000: 7 })]],
    [3000, [node(10_000, 0, { 1000: 8 })]],
    [6000, [node(10_000, 0, { 1000: 8, 4001: 2 })]],
  );
  expect(disconnects).toEqual([
    { atMs: 6000, node: 'edge-1', code: '4001', count: 2 },
    { atMs: 3000, node: 'edge-1', code: '1000', count: 1 },
  ]);
});

test('disconnects that are told right after a renewal are told once', () => {
  const { disconnects } = play(
    [0, [node(10_000, 0)]],
    [2000, [node(8300, 0, { 4001: 2 })]],
    [4000, [node(6300, 0, { 4001: 2 })]],
    [6000, [node(7300, 0, { 4001: 3 })]],
  );
  expect(disconnects.map(({ atMs, count }) => [atMs, count])).toEqual([
    [6000, 1],
    [2000, 2],
  ]);
});

test('an edge that has gone is told of with the sockets that it had, and not when it had none', () => {
  const empty = { ...node(5000, 0, { 4001: 1 }), state: 'draining', sockets: 0 };
  const died = play([0, [node(10_000, 0)]], [2000, []]);
  expect(died.disconnects).toEqual([{ atMs: 2000, node: 'edge-1', code: 'lost', count: 1 }]);
  const left = play([0, [node(10_000, 0)]], [2000, [empty]], [4000, []]);
  expect(left.disconnects).toEqual([{ atMs: 2000, node: 'edge-1', code: '4001', count: 1 }]);
});

test('an edge that tells no counters has no rates, and nothing is made up for it', () => {
  const { totals: _none, ...old } = node(10_000, 5);
  const { samples, disconnects } = play([0, [old]], [3000, [old]]);
  expect(samples.at(-1)?.nodes.get('edge-1')).toEqual({ lagMs: 4, rates: undefined });
  expect(disconnects).toEqual([]);
});
