import { fc, test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { defaultLimits } from './limits.ts';
import { createScalars, defaultScalars as s } from './scalars.ts';

describe('id', () => {
  it.each([
    [5, '5'],
    [-3, '-3'],
    [-0, '0'],
    [0, '0'],
    [Number.MAX_SAFE_INTEGER, '9007199254740991'],
    ['5', '5'],
    ['a', 'a'],
    [' ', ' '],
    ['x'.repeat(128), 'x'.repeat(128)],
    ['😀'.repeat(128), '😀'.repeat(128)],
    ['chat:42{x}%', 'chat:42{x}%'],
  ])('takes %j', (input, id) => {
    expect(s.id.parse(input)).toBe(id);
  });

  it.each([
    '',
    'x'.repeat(129),
    '😀'.repeat(129),
    '\ud800',
    'a\udc00b',
    1.5,
    2 ** 53,
    Number.NaN,
    Infinity,
    null,
    undefined,
    true,
    {},
    [],
    ['5'],
  ])('refuses %j', (input) => {
    const parsed = s.id.safeParse(input);
    expect(parsed.error?.issues[0]?.message).toMatch(/must be a string of 1 to 128 characters/u);
  });
});

describe('client_message_id', () => {
  it('tells any two that it takes apart in UTF-8, too', () => {
    for (const id of ['a', '😀', '\u0000']) expect(s.clientMessageId.parse(id)).toBe(id);
    for (const id of ['\ud800', 'a\udfffb'])
      expect(s.clientMessageId.safeParse(id).success).toBe(false);
  });
});

describe('text', () => {
  const { textMaxBytes } = defaultLimits;

  it('is counted in bytes of UTF-8, to the byte', () => {
    expect(s.text.safeParse('a'.repeat(textMaxBytes)).success).toBe(true);
    expect(s.text.safeParse('a'.repeat(textMaxBytes + 1)).success).toBe(false);
    expect(s.text.safeParse('é'.repeat(textMaxBytes / 2)).success).toBe(true);
    expect(s.text.safeParse(`${'é'.repeat(textMaxBytes / 2)}a`).success).toBe(false);
    expect(s.text.safeParse('😀'.repeat(textMaxBytes / 4)).success).toBe(true);
  });

  it('follows configured limits', () => {
    const { text } = createScalars({ ...defaultLimits, textMaxBytes: 3 });
    expect(text.safeParse('abc').success).toBe(true);
    expect(text.safeParse('abcd').success).toBe(false);
  });
});

describe('url', () => {
  it.each([
    'http://a.example',
    'https://files.example/a/b.png?x=1#y',
    'HTTPS://a.example/é',
    'https://a:b@c.example:8443/',
  ])('takes %s', (url) => {
    expect(s.url.parse(url)).toBe(url);
  });

  it.each([
    'javascript:alert(1)',
    'data:text/html,x',
    'ftp://a.example',
    'file:///etc/passwd',
    '//a.example/x',
    '/x',
    '',
    'http:a.example',
    ' https://a.example',
    'https://a.example/\nx',
    'java\nscript:alert(1)',
    'https://',
    'https://[',
    'https://a.example/\u0000',
    `https://a.example/${'x'.repeat(defaultLimits.urlMaxChars)}`,
  ])('refuses %j', (url) => {
    expect(s.url.safeParse(url).success).toBe(false);
  });
});

describe('meta', () => {
  const { metaMaxBytes } = defaultLimits;
  const ofBytes = (bytes: number) => ({ a: 'x'.repeat(bytes - '{"a":""}'.length) });

  it('takes an object of anything and `[]` as `{}`', () => {
    expect(s.meta.parse({ a: [1, null, { b: true }] })).toEqual({ a: [1, null, { b: true }] });
    expect(s.meta.parse([])).toEqual({});
  });

  it('is counted in bytes of its JSON', () => {
    expect(s.meta.safeParse(ofBytes(metaMaxBytes)).success).toBe(true);
    expect(s.meta.safeParse(ofBytes(metaMaxBytes + 1)).success).toBe(false);
  });

  it.each([[[1]], 'x', 1, true, null])('refuses %j', (value) => {
    expect(s.meta.safeParse(value).success).toBe(false);
  });

  it('refuses what nests too deep', () => {
    const nest = (levels: number) =>
      JSON.parse(`${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`) as object;
    expect(s.meta.safeParse(nest(64)).success).toBe(true);
    expect(s.meta.safeParse(nest(65)).success).toBe(false);
  });

  it('leaves prototypes alone', () => {
    const meta = s.meta.parse(JSON.parse('{"__proto__":{"isAdmin":true},"a":1}'));
    expect(meta['isAdmin']).toBeUndefined();
    expect(Object.getPrototypeOf(meta)).toBe(Object.prototype);
    expect(({} as Record<string, unknown>)['isAdmin']).toBeUndefined();
  });
});

describe('word', () => {
  const status = s.word('open', 'closed');

  test.prop([fc.string({ maxLength: 64 })])('takes any word of up to 64 characters', (word) => {
    expect(status.parse(word)).toBe(word);
  });

  it('refuses longer ones and what is no string', () => {
    expect(status.safeParse('x'.repeat(64)).success).toBe(true);
    expect(status.safeParse('x'.repeat(65)).success).toBe(false);
    expect(status.safeParse(1).success).toBe(false);
  });
});

describe('timestamp', () => {
  it('is normalised to UTC milliseconds', () => {
    expect(s.timestamp.parse('2026-03-01T12:30:00+03:00')).toBe('2026-03-01T09:30:00.000Z');
  });

  it.each([1772357400, '2026-02-30T00:00:00Z', null])(
    'names the rule when it refuses %j',
    (value) => {
      const parsed = s.timestamp.safeParse(value);
      expect(parsed.error?.issues[0]?.message).toBe('must be an RFC 3339 timestamp with an offset');
    },
  );
});
