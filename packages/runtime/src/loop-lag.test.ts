import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createLoopLag } from './loop-lag.ts';

test('a loop that stood still is late for that long, and is not late again in the next look', async () => {
  const lag = createLoopLag(50);
  lag.start();
  await delay(50);
  lag.take();
  const endMs = performance.now() + 400;
  while (performance.now() < endMs);
  await delay(0);
  expect(lag.take()).toBeGreaterThanOrEqual(350);
  await delay(50);
  expect(lag.take()).toBeLessThan(350);
  lag.stop();
});
