import { expect, test } from 'vitest';
import { countLine } from './test-count.ts';

const report = (passed: number, failed: number, pending = 0, todo = 0) =>
  JSON.stringify({
    numPassedTests: passed,
    numFailedTests: failed,
    numPendingTests: pending,
    numTodoTests: todo,
  });

test('the line has the counts of the report', () => {
  expect(countLine(report(12, 0))).toBe('12 passed, 0 failed');
  expect(countLine(report(3, 2))).toBe('3 passed, 2 failed');
});

test('skipped tests are told when there are any', () => {
  expect(countLine(report(3, 0, 1, 2))).toBe('3 passed, 0 failed, 3 skipped');
});

test('no count is made up', () => {
  expect(() => countLine('{}')).toThrow('no counts');
  expect(() => countLine('')).toThrow('JSON');
});
