import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readDeskPosition, shareOfNewest } from './desk-position.ts';

/** Any bytes, as the network has them. */
const anyText = fc
  .uint8Array({ maxLength: 40 })
  .map((bytes) => Buffer.from(bytes).toString('latin1'));

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

  it('is read back as it was written', () => {
    const position = fc.oneof(
      fc.constant('0'),
      fc.stringMatching(/^\d{1,16}-\d{1,16}\.[0-9a-z]{6,13}$/u),
    );
    fc.assert(
      fc.property(fc.array(position, { minLength: 1, maxLength: 64 }), (positions) => {
        const since = positions
          .map((each, partition) => `${partition}:${each}`)
          .reverse()
          .join();
        expect(readDeskPosition(since, positions.length)).toEqual(positions);
      }),
    );
  });

  it('is whole or none, whatever is given', () => {
    const text = fc.oneof(anyText, fc.string({ unit: fc.constantFrom(...'0123:,.-a'.split('')) }));
    fc.assert(
      fc.property(text, fc.integer({ min: 1, max: 4 }), (since, partitions) => {
        const positions = readDeskPosition(since, partitions);
        if (positions === undefined) return;
        expect(positions).toHaveLength(partitions);
        for (const each of positions) expect(each).not.toBe('');
      }),
      { numRuns: 200 },
    );
  });
});

describe('the newest messages of all feeds', () => {
  it('are shared among them by their times', () => {
    expect(shareOfNewest([[9, 5, 1], [8, 7], []], 3)).toEqual([1, 2, 0]);
    expect(shareOfNewest([[9], [8]], 5)).toEqual([1, 1]);
    expect(shareOfNewest([], 5)).toEqual([]);
  });
});
