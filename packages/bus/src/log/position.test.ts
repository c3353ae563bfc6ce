import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, test } from 'vitest';
import { isPosition, positionMs, streamId } from './position.ts';

/** Any bytes, as the network has them. */
const anyText = fc
  .uint8Array({ maxLength: 40 })
  .map((bytes) => Buffer.from(bytes).toString('latin1'));

const nonce = fc.stringMatching(/^[0-9a-z]{6,13}$/u);
const part = fc.integer({ min: 0, max: 9_999_999_999_999 });

describe('a position', () => {
  property.prop([part, part, nonce])('gives back what it was made of', (ms, sequence, tail) => {
    const position = `${ms}-${sequence}.${tail}`;
    expect(isPosition(position)).toBe(true);
    expect(streamId(position)).toBe(`${ms}-${sequence}`);
    expect(positionMs(position)).toBe(ms);
  });

  property.prop(
    [fc.oneof(anyText, fc.string({ unit: fc.constantFrom(...'0189-.az*+('.split('')) }))],
    { numRuns: 1_000 },
  )('is none where Redis would read something else in it', (text) => {
    if (!isPosition(text) || text === '0') return;
    expect(streamId(text)).toMatch(/^\d+-\d+$/u);
    expect(Number.isSafeInteger(positionMs(text))).toBe(true);
  });

  test.each([
    '',
    '-',
    '+',
    '0-0',
    '1-1.',
    '1-1.aaaaaa\n',
    ' 1-1.aaaaaa',
    '1-1.AAAAAA',
    '1-*.aaaaaa',
  ])('is not %j', (text) => expect(isPosition(text)).toBe(false));
});
