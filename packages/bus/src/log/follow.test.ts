/** The shell around the chain, over a log and a channel that do as they are told. */
import { expect, test, vi } from 'vitest';
import { BusUnavailable } from '../contract.ts';
import type { LogPage } from './chain.ts';
import { type FollowDependencies, LogFollow } from './follow.ts';
import { record } from './log.fixture.ts';
import { defaultLogLimits } from './log-limits.ts';

const position = (n: number) => `${n}-0.abcdefgh`;
const frameOf = (text: string) => JSON.stringify({ data: { message: { text } } });
/** The n-th event as it is published. */
const copy = (n: number) => {
  const frame = frameOf(String(n));
  const previous = n === 1 ? '0' : position(n - 1);
  return Buffer.from(
    `${previous} ${position(n)} e${n} messageAdded all - - ${frame.length}\n${frame}`,
  );
};
const typing = Buffer.from('- - e0 typingUpdated all - - 2\n{}');
/** The log after the n-th event, up to the newest one. */
const pageAfter = (n: number, newest: number): LogPage => ({
  newest: position(newest),
  more: false,
  events: Array.from({ length: newest - n }, (_, i) => ({
    previous: position(n + i),
    position: position(n + i + 1),
    eventId: `e${n + i + 1}`,
    name: 'messageAdded',
    audience: 'all',
    routing: '-',
    frame: Buffer.from(frameOf(String(n + i + 1))),
  })),
});

const setUp = () => {
  const confirmed = Promise.withResolvers<void>();
  const newest = Promise.withResolvers<LogPage>();
  const reader = { before: vi.fn(() => newest.promise), after: vi.fn() };
  let publish: (message: Buffer) => void = () => undefined;
  const subscribe = (_channel: string, handler: typeof publish) => {
    publish = handler;
    return { ready: confirmed.promise, close: vi.fn() };
  };
  const listener = record();
  const follow = new LogFollow(
    { stream: 'log', state: 'state', channel: 'room' },
    listener,
    {
      reader,
      subscriber: { subscribe },
      limits: defaultLogLimits,
      readyDeadlineMs: 5_000,
      counters: { repaired: 0, reads: 0, lost: 0, malformed: 0, renewed: 0 },
      lag: { delivered: () => undefined },
    } as unknown as FollowDependencies,
    () => undefined,
  );
  const live = async (at: number) => {
    confirmed.resolve();
    newest.resolve({ newest: position(at), events: [], more: false });
    await follow.ready;
  };
  return { follow, reader, listener, confirmed, newest, live, publish: (m: Buffer) => publish(m) };
};

test('a follow asks where it begins only when its subscription is confirmed', async () => {
  const { reader, confirmed } = setUp();
  await new Promise((resolve) => setImmediate(resolve));
  expect(reader.before).not.toHaveBeenCalled();
  confirmed.resolve();
  await vi.waitFor(() => expect(reader.before).toHaveBeenCalledOnce());
});

test('what comes while it learns where it begins is not forgotten', async () => {
  const { listener, live, publish } = setUp();
  for (const n of [4, 5, 6]) publish(copy(n));
  await live(4);
  publish(copy(7));
  expect(listener.seen).toEqual(['5', '6', '7']);
});

test('a read that failed is tried again, and what came meanwhile waits for it', async () => {
  const { reader, listener, live, publish } = setUp();
  await live(1);
  publish(copy(2));
  reader.after
    .mockRejectedValueOnce(new BusUnavailable('away', 'no'))
    .mockResolvedValueOnce(pageAfter(2, 4));
  publish(copy(4));
  publish(copy(5));
  expect(listener.seen).toEqual(['2']);
  await vi.waitFor(() => expect(listener.seen).toEqual(['2', '3', '4', '5']));
});

test('a late-comer that waits for a follow is let go when it is closed', async () => {
  const { follow, reader, live } = setUp();
  await live(1);
  reader.after.mockResolvedValueOnce(pageAfter(2, 2));
  reader.after.mockResolvedValueOnce(pageAfter(2, 2));
  const replay = await follow.replayFrom(position(2));
  reader.after.mockImplementation(() => new Promise(() => undefined));
  const running = replay!.run({ deliver: () => undefined, live: () => undefined });
  await vi.waitFor(() => expect(reader.after).toHaveBeenCalledTimes(3));
  follow.close();
  expect(await running).toBe('lost');
});

test('is quiet when nothing is logged, whatever else goes on', async () => {
  const { follow, listener, live, publish } = setUp();
  await live(1);
  follow.takeActivity();
  publish(typing);
  expect(listener.ephemerals).toHaveLength(1);
  expect(follow.takeActivity()).toBe(false);
  publish(copy(2));
  expect(follow.takeActivity()).toBe(true);
});
