import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readJson, readJsonText } from './json-body.ts';
import { readNdjson } from './ndjson.ts';

const depth = 64;
const encode = (text: string) => {
  const body = readJsonText(text, depth);
  return body.ok ? JSON.stringify(body.value) : body.reason;
};

describe('readJson', () => {
  test.each([
    '12345678901234567890',
    '-9007199254740993',
    '0.1234567890123456789',
    '1e400',
    '-1e-400',
    '{"a":[1e999,{"b":12345678901234567890}]}',
    '9007199254740991',
    '0.1',
    '123456.789',
  ])('gives %s back as it was', (text) => {
    expect(encode(text)).toBe(text);
  });

  test('leaves what looks like a number in a text alone', () => {
    const text = JSON.stringify({
      a: 'x:12345678901234567890',
      b: '[1e400',
      phone: '+49 1234567890123456',
    });
    expect(encode(text)).toBe(text);
  });

  test('gives ordinary numbers as numbers', () => {
    const body = readJsonText('{"id":5,"big":12345678901234567890,"small":1.5e3}', depth);
    expect(body).toMatchObject({ ok: true, value: { id: 5, small: 1500 } });
  });

  test.each(['__proto__', '\\u005f_proto__', '__prot\\u006f__'])(
    'refuses the key %s at any depth',
    (key) => {
      expect(readJsonText(`{"a":[{"b":{"${key}":1}}]}`, depth)).toMatchObject({ ok: false });
    },
  );

  test('takes a constructor that is only a name', () => {
    expect(readJsonText('{"constructor":"Lego","a":{"constructor":{"x":1}}}', depth)).toMatchObject(
      { ok: true },
    );
  });

  test('does not fall over what is hidden deep', () => {
    const deep = `${'['.repeat(50_000)}{"__proto__":1}${']'.repeat(50_000)}`;
    expect(readJsonText(deep, depth)).toMatchObject({ ok: false });
    expect(
      readJsonText(`[${'1'.repeat(20)},${'['.repeat(50_000)}${']'.repeat(50_000)}]`, depth),
    ).toMatchObject({ ok: false });
  });

  test('is total, and gives what JSON.parse gives', () => {
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string({ unit: 'binary' })), (text) => {
        const body = readJson(Buffer.from(text), depth);
        if (!body.ok) return;
        expect(JSON.stringify(JSON.parse(JSON.stringify(body.value)))).toBe(
          JSON.stringify(JSON.parse(body.text)),
        );
      }),
    );
  });

  test('is total for bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(() => readJson(Buffer.from(bytes), depth)).not.toThrow();
      }),
    );
  });
});

describe('readNdjson', () => {
  const read = (text: string) => readNdjson(Buffer.from(text), depth);

  test('gives one value for each line that is not empty', () => {
    expect(read('{"a":1}\n\n[2]\r\n  \nnull')).toEqual({ ok: true, values: [{ a: 1 }, [2], null] });
  });

  test.each([
    ['{"a":1}\n{', 'Line 2'],
    ['{"a":1} {"b":2}', 'Line 1'],
    ['\n\n{"__proto__":1}', 'Line 3'],
  ])('says which line of %j is wrong', (text, line) => {
    expect(read(text)).toMatchObject({ ok: false, reason: expect.stringContaining(line) });
  });

  test('gives nothing for nothing', () => {
    expect(read('')).toEqual({ ok: true, values: [] });
  });
});
