import { describe, expect, it, vi } from 'vitest';
import { busEvent, chatSession, FakeConnection, receivedBy } from '../test/fakes.ts';
import { replayTo } from './replay-to.ts';

const setUp = () => {
  const connection = new FakeConnection();
  const session = chatSession('ann', 'client', connection);
  const live = vi.fn();
  const sink = replayTo({
    session,
    frameOf: (event) => (event.audience === 'operators' ? undefined : event.frame),
    checkpoint: ({ position }) => `checkpoint ${position}`,
    bufferMaxBytes: 100,
    live,
  });
  return { connection, session, sink, live };
};
const hidden = (position: string) => busEvent('hidden', { audience: 'operators', position });

describe('a replay to a socket', () => {
  it('delivers what may be seen and counts it', () => {
    const { session, sink, live } = setUp();
    for (const event of [busEvent('a'), hidden('2'), busEvent('b')]) void sink.deliver(event);
    sink.live();
    expect(receivedBy(session)).toEqual(['a', 'b']);
    expect(live).toHaveBeenCalledExactlyOnceWith(2);
  });

  it('waits for the reader when too much is waiting in the socket, and only then', async () => {
    const { connection, sink } = setUp();
    const { promise, resolve } = Promise.withResolvers<void>();
    connection.drained = () => promise;
    connection.bufferedBytes = 100;
    expect(sink.deliver(busEvent('a'))).toBeUndefined();
    connection.bufferedBytes = 101;
    const pause = sink.deliver(busEvent('b'));
    expect(pause).toBe(promise);
    resolve();
    await pause;
  });

  it('tells a checkpoint after every hundred hidden events in a row', () => {
    const { session, sink } = setUp();
    for (let index = 1; index <= 99; index += 1) void sink.deliver(hidden(String(index)));
    void sink.deliver(busEvent('seen'));
    for (let index = 1; index <= 200; index += 1) void sink.deliver(hidden(String(index)));
    expect(receivedBy(session)).toEqual(['seen', 'checkpoint 100', 'checkpoint 200']);
  });
});
