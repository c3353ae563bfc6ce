import { describe, expect, test } from 'vitest';
import { createChatPosition, createDeskPosition } from './position.ts';

describe('the position in a room', () => {
  test('is the last one that came', () => {
    const position = createChatPosition('1');
    expect(position.since()).toBe('1');
    position.reset('5');
    position.take('6');
    expect(position.since()).toBe('6');
    position.forget();
    expect(position.since()).toBeUndefined();
  });

  test('does not count while history before it is missing', () => {
    const position = createChatPosition();
    position.reset('9', true);
    expect(position.since()).toBeUndefined();
    position.settle();
    expect(position.since()).toBe('9');
  });

  test('is within the history as far as that has come', () => {
    const position = createChatPosition();
    position.reset('9', true);
    position.take('4');
    expect(position.since()).toBe('4');
    position.settle();
    expect(position.since()).toBe('4');
  });
});

describe('the position at a desk', () => {
  test('has the last one of each partition', () => {
    const position = createDeskPosition();
    position.reset('0:a,1:b,2:c');
    position.take('1:x:y');
    expect(position.since()).toBe('0:a,1:x:y,2:c');
    position.reset('0:d,1:e,2:f');
    expect(position.since()).toBe('0:d,1:e,2:f');
  });

  test('is what it was given, until the server tells one', () => {
    const position = createDeskPosition('whatever');
    expect(position.since()).toBe('whatever');
    position.forget();
    expect(position.since()).toBeUndefined();
  });

  test('does not count before the history of all partitions is there', () => {
    const position = createDeskPosition('0:old,1:old');
    position.reset('0:a,1:b', true);
    position.take('0:h');
    expect(position.since()).toBe('0:old,1:old');
    position.settle();
    expect(position.since()).toBe('0:h,1:b');
  });

  test('can be told again in the middle, without history', () => {
    const position = createDeskPosition();
    position.reset('0:a,1:b', true);
    position.reset('0:c,1:d');
    position.take('1:e');
    expect(position.since()).toBe('0:c,1:e');
  });
});
