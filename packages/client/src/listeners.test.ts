import { expect, test, vi } from 'vitest';
import { createListeners } from './listeners.ts';

test('listeners get data and frame, in the order in which they came, until they stop', () => {
  const listeners = createListeners();
  const got: unknown[] = [];
  const stop = listeners.add('a', (data: unknown, frame: unknown) =>
    got.push(['first', data, frame]),
  );
  listeners.add('a', (data: unknown) => got.push(['second', data]));
  listeners.emit('a', 1, 'f');
  stop();
  listeners.emit('a', 2);
  listeners.emit('nobody listens', 3);
  expect(got).toEqual([
    ['first', 1, 'f'],
    ['second', 1],
    ['second', 2],
  ]);
});

test('a listener is called once, or until its signal is aborted, where it wants that', () => {
  const listeners = createListeners();
  const got: string[] = [];
  const stopping = new AbortController();
  listeners.add('a', () => got.push('once'), { once: true });
  listeners.add('a', () => got.push('signal'), { signal: stopping.signal });
  listeners.add('a', () => got.push('never'), { signal: AbortSignal.abort() });
  listeners.emit('a', 0);
  stopping.abort();
  listeners.emit('a', 0);
  expect(got).toEqual(['once', 'signal']);
});

test('what a listener throws goes to the platform, and the others are called all the same', () => {
  const listeners = createListeners();
  const late: (() => void)[] = [];
  vi.stubGlobal('queueMicrotask', (task: () => void) => late.push(task));
  const called = vi.fn<() => void>();
  listeners.add('a', () => {
    throw new Error('mine');
  });
  listeners.add('a', called);
  listeners.emit('a', 0);
  vi.unstubAllGlobals();
  expect(called).toHaveBeenCalledOnce();
  expect(late[0]).toThrow('mine');
});
