import { describe, expect, test } from 'vitest';
import { createSingleFlight } from './single-flight.ts';

const setUp = (maxAgeMs: number) => {
  const asked: PromiseWithResolvers<number>[] = [];
  const clock = { now: 0 };
  const ask = () => {
    const flight = Promise.withResolvers<number>();
    asked.push(flight);
    return flight.promise;
  };
  return { asked, clock, get: createSingleFlight(ask, maxAgeMs, () => clock.now) };
};

describe('createSingleFlight', () => {
  test('asks once for all who come while it is under way, however long it takes', async () => {
    const { asked, clock, get } = setUp(1000);
    const first = get();
    clock.now = 5000;
    const second = get();
    expect(asked).toHaveLength(1);
    asked[0]?.resolve(7);
    expect(await Promise.all([first, second])).toEqual([7, 7]);
  });

  test('answers from memory until the answer is too old', async () => {
    const { asked, clock, get } = setUp(1000);
    const first = get();
    asked[0]?.resolve(7);
    await first;
    clock.now = 999;
    expect(await get()).toBe(7);
    clock.now = 1000;
    void get();
    expect(asked).toHaveLength(2);
  });

  test('does not keep a failure', async () => {
    const { asked, get } = setUp(1000);
    const first = get();
    asked[0]?.reject(new Error('away'));
    await expect(first).rejects.toThrow('away');
    void get();
    expect(asked).toHaveLength(2);
  });
});
