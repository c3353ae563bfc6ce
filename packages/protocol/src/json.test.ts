import { fc, test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { exceedsDepth, parseJson } from './json.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

describe('parseJson', () => {
  it('reads text and its bytes alike', () => {
    const value = { a: [1, 'é😀'] };
    const text = JSON.stringify(value);
    expect(parseJson(text)).toEqual({ ok: true, value });
    expect(parseJson(bytes(text))).toEqual({ ok: true, value });
    expect(parseJson(bytes(text).buffer)).toEqual({ ok: true, value });
  });

  it.each(['', '{', '{"a":1}x', 'undefined', '\ufeff{}', "{'a':1}", '{"a":NaN}'])(
    'refuses %j',
    (text) => {
      expect(parseJson(text)).toEqual({ ok: false });
    },
  );

  it('refuses bytes that are not UTF-8, and a byte order mark', () => {
    expect(parseJson(new Uint8Array([0x22, 0xff, 0x22]))).toEqual({ ok: false });
    expect(parseJson(new Uint8Array([0xef, 0xbb, 0xbf, 0x7b, 0x7d]))).toEqual({ ok: false });
  });

  it.each([
    '{"__proto__":{"x":1},"a":1}',
    '{"a":1,"\\u005f_proto__":{"x":1}}',
    '{"a":1,"__proto_\\u005F" : 5}',
    '{"a":1,"__\\u0070roto__":5}',
    '{"a":1,"\\u005f\\u005F\\u0070\\u0072\\u006f\\u0074\\u006f\\u005f\\u005f":5}',
  ])('drops the prototype key of %s', (text) => {
    const parsed = parseJson(text);
    expect(parsed).toEqual({ ok: true, value: { a: 1 } });
    expect(Object.keys((parsed as { value: object }).value)).toEqual(['a']);
  });

  it('drops prototype keys at every depth, in arrays too', () => {
    const parsed = parseJson('{"a":[{"b":{"__proto__":{"x":1},"c":1}}]}') as { value: object };
    expect(JSON.stringify(parsed.value)).toBe('{"a":[{"b":{"c":1}}]}');
  });

  it('keeps `constructor` and `toString` as the plain data that they are', () => {
    const text = '{"constructor":{"prototype":1},"toString":2}';
    expect(JSON.stringify((parseJson(text) as { value: object }).value)).toBe(text);
  });

  it('refuses what nests deeper than 64, or than it is told', () => {
    const nested = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);
    expect(parseJson(nested(64)).ok).toBe(true);
    expect(parseJson(nested(65)).ok).toBe(false);
    expect(parseJson(nested(20_000)).ok).toBe(false);
    expect(parseJson(nested(3), 2).ok).toBe(false);
  });

  test.prop([fc.uint8Array()])('never throws on bytes', (input) => {
    expect(parseJson(input).ok).toBeTypeOf('boolean');
  });
});

describe('exceedsDepth', () => {
  it.each([
    [1, 0, false],
    [{}, 0, true],
    [{}, 1, false],
    [[[]], 1, true],
    [{ a: { b: [] } }, 3, false],
    [{ a: { b: [{}] } }, 3, true],
  ])('%j within %d: %s', (value, max, exceeds) => {
    expect(exceedsDepth(value, max)).toBe(exceeds);
  });

  it('does not overflow on what JSON.parse can nest', () => {
    const deep: unknown = JSON.parse('['.repeat(20_000) + ']'.repeat(20_000));
    expect(exceedsDepth(deep, 64)).toBe(true);
    expect(exceedsDepth(deep, 20_000)).toBe(false);
  });
});
