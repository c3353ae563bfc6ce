import { expect, test } from 'vitest';
import { createFakeClock } from './test/fake-clock.ts';
import { createTimers } from './timers.ts';

const start = () => {
  const clock = createFakeClock();
  const fired: string[] = [];
  const timers = createTimers<string>(clock, (name) => fired.push(`${name} ${clock.now()}`));
  return { clock, fired, timers };
};

test('a timer fires once, at the last time that it was set to', async () => {
  const { clock, fired, timers } = start();
  timers.set('a', 100);
  await clock.advance(60);
  timers.set('a', 100);
  timers.set('b', 500);
  timers.set('b', 20);
  await clock.advance(1_000);
  expect(fired).toEqual(['b 80', 'a 160']);
});

test('a timer that was cleared does not fire, and may be set again', async () => {
  const { clock, fired, timers } = start();
  timers.set('a', 100);
  timers.clear('a');
  timers.clear('never set');
  await clock.advance(200);
  timers.set('a', 5);
  await clock.advance(200);
  expect(fired).toEqual(['a 205']);
});
