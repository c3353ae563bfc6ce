import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createTicker } from './ticker.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const ignore = () => undefined;

test('the job runs after each pause, counted from the end of the last run', async () => {
  let runs = 0;
  const ticker = createTicker({ job: async () => void runs++, everyMs: 100, onError: ignore });
  expect(runs).toBe(0);
  await vi.advanceTimersByTimeAsync(350);
  expect(runs).toBe(3);
  await ticker.close();
});

test('it never runs twice at a time, and a wish during a run is one more run', async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  let started = 0;
  const ticker = createTicker({
    job: () => (started++ === 0 ? promise : Promise.resolve()),
    everyMs: 100,
    onError: ignore,
  });
  void ticker.now();
  await vi.advanceTimersByTimeAsync(0);
  const wishes = [ticker.now(), ticker.now(), ticker.now()];
  await vi.advanceTimersByTimeAsync(1_000);
  expect(started).toBe(1);
  resolve();
  await Promise.all(wishes);
  expect(started).toBe(2);
  await ticker.close();
});

test('a failure is told and the next run comes', async () => {
  const errors: unknown[] = [];
  const job = () => Promise.reject(new Error('away'));
  const ticker = createTicker({ job, everyMs: 100, onError: (error) => errors.push(error) });
  await vi.advanceTimersByTimeAsync(250);
  expect(errors.length).toBe(2);
  await ticker.close();
});

test('jitter shortens the pause', async () => {
  let runs = 0;
  const ticker = createTicker({
    job: async () => void runs++,
    everyMs: 100,
    jitter: 0.5,
    random: () => 1,
    onError: ignore,
  });
  await vi.advanceTimersByTimeAsync(50);
  expect(runs).toBe(1);
  await ticker.close();
});

test('after close nothing runs, and close waits for the run under way', async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  let ended = false;
  const ticker = createTicker({
    job: () => promise.then(() => void (ended = true)),
    everyMs: 100,
    onError: ignore,
  });
  void ticker.now();
  await vi.advanceTimersByTimeAsync(0);
  const closing = ticker.close().then(() => ended);
  resolve();
  expect(await closing).toBe(true);
  ended = false;
  await ticker.now();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(ended).toBe(false);
});
