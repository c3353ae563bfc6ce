/** What is done at which mark, over fake connections. */
import { describe, expect, it, vi } from 'vitest';
import { chatSession, FakeConnection } from '../test/fakes.ts';
import { createSessionTable } from './session-table.ts';
import { createSlowReaders } from './slow-readers.ts';

const turn = () => new Promise((resolve) => setImmediate(resolve));

const setUp = (partingBytes = 0) => {
  const table = createSessionTable();
  const spare = vi.fn((session: { isSpared: boolean }, isSpared: boolean) => {
    session.isSpared = isSpared;
  });
  const counts = { softMarked: vi.fn(), closedFor: vi.fn() };
  const partings = { bufferedBytes: partingBytes, cutAll: vi.fn() };
  const limits = { socketSoftBytes: 100, socketMaxBytes: 400, processMaxBytes: 1_000 };
  const readers = createSlowReaders({ table, limits, partings, spare, counts, everyMs: 1_000_000 });
  const join = (name: string, bufferedBytes: number) => {
    const connection = new FakeConnection();
    connection.bufferedBytes = bufferedBytes;
    const session = chatSession(name, 'client', connection);
    session.phase = 'live';
    table.add(session);
    return { session, connection };
  };
  /** As much traffic as makes it look. */
  const look = async () => {
    readers.sent(201, 1);
    await turn();
    await turn();
  };
  return { readers, join, look, spare, counts, partings };
};

describe('a socket', () => {
  it('above the soft mark is spared, and below half of it no longer', async () => {
    const { join, look, spare, counts } = setUp();
    const { session, connection } = join('ann', 101);
    join('bob', 100);
    await look();
    expect(spare.mock.calls).toEqual([[session, true]]);
    connection.bufferedBytes = 51;
    await look();
    expect(session.isSpared).toBe(true);
    connection.bufferedBytes = 50;
    await look();
    expect(session.isSpared).toBe(false);
    expect(counts.softMarked).toHaveBeenCalledTimes(1);
  });

  it('above the hard mark is told why and closed', async () => {
    const { join, look, counts } = setUp();
    const { connection } = join('ann', 401);
    await look();
    expect(connection.closedWith).toBe(4002);
    expect(connection.received[0]).toContain('"reason":"slow_consumer"');
    expect(counts.closedFor.mock.calls).toEqual([['socket']]);
  });
});

describe('the process', () => {
  it('above its limit closes those with most to read, until it is under it', async () => {
    const { join, look, readers, counts } = setUp();
    const sockets = [300, 390, 250, 350].map((bytes) => join('ann', bytes).connection);
    await look();
    expect(sockets.map(({ closedWith }) => closedWith)).toEqual([
      undefined,
      4002,
      undefined,
      undefined,
    ]);
    expect(readers.bufferedBytes).toBe(1_290);
    expect(counts.closedFor.mock.calls).toEqual([['process']]);
  });

  it('first cuts those that are closed and still reading', async () => {
    const { join, look, partings } = setUp(900);
    const { connection } = join('ann', 200);
    await look();
    expect(partings.cutAll).toHaveBeenCalledTimes(1);
    expect(connection.closedWith).toBeUndefined();
  });
});

describe('looks', () => {
  it('are taken once per amount of traffic, and in slices', async () => {
    const { join, readers } = setUp();
    let looks = 0;
    const { connection } = join('ann', 0);
    Object.defineProperty(connection, 'bufferedBytes', { get: () => (looks += 1) && 0 });
    for (let index = 0; index < 4_000; index += 1) join('other', 0);
    const { connection: last } = join('last', 401);
    readers.sent(150, 1);
    await turn();
    expect(looks).toBe(0);
    for (let index = 0; index < 10; index += 1) readers.sent(60, 1);
    await turn();
    expect(looks).toBe(1);
    expect(last.closedWith).toBeUndefined();
    await turn();
    await turn();
    expect(last.closedWith).toBe(4002);
    expect(looks).toBe(1);
  });
});
