import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Pings } from './pings.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const everyMs = 16_000;

/** What has been pinged, and when. */
const start = (sockets: number) => {
  let drawn = 0;
  const pings = new Pings({ everyMs, random: () => (drawn++ % 1000) / 1000 });
  const pinged: { socket: number; atMs: number }[] = [];
  const startedMs = performance.now();
  const all = Array.from({ length: sockets }, (_, socket) => ({
    ping: () => pinged.push({ socket, atMs: performance.now() - startedMs }),
  }));
  const slots = all.map((socket) => pings.add(socket));
  return { pings, pinged, all, slots };
};

test('each socket is pinged once in each period, and a few at a time', () => {
  const { pinged } = start(1000);
  vi.advanceTimersByTime(everyMs);
  expect(pinged.map(({ socket }) => socket).toSorted((a, b) => a - b)).toEqual([
    ...Array(1000).keys(),
  ]);
  const atOnce = Map.groupBy(pinged, ({ atMs }) => atMs);
  expect(Math.max(...[...atOnce.values()].map(({ length }) => length))).toBeLessThanOrEqual(8);
  vi.advanceTimersByTime(everyMs);
  expect(pinged).toHaveLength(2000);
  const ofOne = pinged.filter(({ socket }) => socket === 500).map(({ atMs }) => atMs);
  expect(ofOne[1]! - ofOne[0]!).toBe(everyMs);
});

test('a socket that has gone is left alone', () => {
  const { pings, pinged, all, slots } = start(2);
  pings.remove(all[0]!, slots[0]!);
  vi.advanceTimersByTime(everyMs);
  expect(pinged.map(({ socket }) => socket)).toEqual([1]);
});

test('a process that stood still pings each socket once', () => {
  let nowMs = 0;
  let pinged = 0;
  const pings = new Pings({ everyMs, now: () => nowMs, random: () => 0.5 });
  pings.add({ ping: () => (pinged += 1) });
  nowMs = 10 * everyMs;
  vi.advanceTimersByTime(125);
  expect(pinged).toBe(1);
  pings.stop();
  nowMs += everyMs;
  vi.advanceTimersByTime(everyMs);
  expect(pinged).toBe(1);
});
