import { describe, expect, it } from 'vitest';
import { readDeskPosition, shareOfNewest } from './desk-position.ts';

describe('a complete position of the desk', () => {
  it('names every partition once, in any order', () => {
    expect(readDeskPosition('1:b,0:1-2.x:y,2:0', 3)).toEqual(['1-2.x:y', 'b', '0']);
  });

  it.each([
    '',
    '0:a',
    '0:a,1:b,2:c,3:d',
    '0:a,1:b,1:c',
    '0:a,1:b,3:c',
    '0:a,1:b,2:',
    '0:a,1:b,x:c',
    ',,',
  ])('is not %s', (since) => {
    expect(readDeskPosition(since, 3)).toBeUndefined();
  });
});

describe('the newest messages of all feeds', () => {
  it('are shared among them by their times', () => {
    expect(shareOfNewest([[9, 5, 1], [8, 7], []], 3)).toEqual([1, 2, 0]);
    expect(shareOfNewest([[9], [8]], 5)).toEqual([1, 1]);
    expect(shareOfNewest([], 5)).toEqual([]);
  });
});
