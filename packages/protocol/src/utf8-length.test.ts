import { fc, test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { exceedsUtf8, utf8Length } from './utf8-length.ts';

const anyText = fc.string({ unit: 'binary' });
const withSurrogates = fc
  .array(fc.integer({ min: 0, max: 0xffff }))
  .map((units) => String.fromCharCode(...units));

describe('utf8Length', () => {
  it.each([
    ['', 0],
    ['a', 1],
    ['é', 2],
    ['€', 3],
    ['😀', 4],
    ['\ud800', 3],
    ['\ud800a', 4],
    ['\udc00\ud800', 6],
  ])('counts %j', (text, bytes) => {
    expect(utf8Length(text)).toBe(bytes);
  });

  test.prop([fc.oneof(anyText, withSurrogates)])('agrees with the encoder', (text) => {
    expect(utf8Length(text)).toBe(new TextEncoder().encode(text).length);
  });

  test.prop([anyText, fc.nat(40)])('exceedsUtf8 compares the same count', (text, max) => {
    expect(exceedsUtf8(text, max)).toBe(utf8Length(text) > max);
  });
});
