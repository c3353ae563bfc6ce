import { expect, test, vi } from 'vitest';
import type { LogPage } from './chain.ts';
import { shareReads } from './share-reads.ts';

const log = { stream: 'log', state: 'state', channel: 'room' };
const page: LogPage = { newest: '3-0.c', events: [], more: false };

const setUp = () => {
  const readings: PromiseWithResolvers<LogPage>[] = [];
  const after = vi.fn(() => {
    const reading = Promise.withResolvers<LogPage>();
    readings.push(reading);
    return reading.promise;
  });
  return { reader: shareReads({ after, before: vi.fn() }), after, readings };
};

test('those who stand at one position share a reading, others have their own', async () => {
  const { reader, after, readings } = setUp();
  const same = [reader.after(log, '1-0.a', 200), reader.after(log, '1-0.a', 200)];
  const other = reader.after(log, '2-0.b', 200);
  expect(after.mock.calls).toEqual([
    [log, '1-0.a', 200],
    [log, '2-0.b', 200],
  ]);
  for (const { resolve } of readings) resolve(page);
  expect(await Promise.all([...same, other])).toEqual([page, page, page]);
});

test('a reading that has ended is not given to anyone who comes later', async () => {
  const { reader, after, readings } = setUp();
  const first = reader.after(log, '1-0.a', 200);
  readings[0]!.resolve(page);
  await first;
  void reader.after(log, '1-0.a', 200);
  expect(after).toHaveBeenCalledTimes(2);
});

test('all who share a reading that fails are told, and the next one reads again', async () => {
  const { reader, after, readings } = setUp();
  const both = [reader.after(log, '1-0.a', 200), reader.after(log, '1-0.a', 200)];
  readings[0]!.reject(new Error('away'));
  for (const reading of both) await expect(reading).rejects.toThrow('away');
  void reader.after(log, '1-0.a', 200);
  expect(after).toHaveBeenCalledTimes(2);
});
