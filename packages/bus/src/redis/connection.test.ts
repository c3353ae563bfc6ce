import { expect, test } from 'vitest';
import { reconnectDelayMs } from './connection.ts';

test('a connection is tried again at growing intervals, at most a second, half of each by chance', () => {
  expect(reconnectDelayMs(1, () => 0)).toBe(25);
  expect(reconnectDelayMs(1, () => 1)).toBe(50);
  expect(reconnectDelayMs(4, () => 0)).toBe(200);
  expect(reconnectDelayMs(50, () => 0)).toBe(500);
  expect(reconnectDelayMs(50, () => 1)).toBe(1_000);
});
