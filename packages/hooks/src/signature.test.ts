import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, test } from 'vitest';
import { createSigner, sign, verify } from './signature.ts';

const body = '{"text":"Grüße 👋"}';
const nowS = 1_795_417_200;
const at = { nowS, toleranceS: 300 };
// printf '%s' '1795417200.{"text":"Grüße 👋"}' | openssl dgst -sha256 -hmac <secret>
const known = {
  'a-secret-of-some-length': '3397dbeec9a9fb53c12d414cfab8070bdafd6bdf5774eb1cd4d231b57cd47a4c',
  'the-one-before-it': 'f7253a6177d52e9c7fbd76e64e21c630c96996749f6cd183dde7a0839a08779d',
};
const secrets = Object.keys(known);
const header = `t=${nowS},${Object.values(known)
  .map((hex) => `v1=${hex}`)
  .join(',')}`;

describe('sign', () => {
  test('gives the time and one HMAC for each secret, in their order', () => {
    expect(sign(body, secrets, nowS)).toBe(header);
    expect(createSigner(secrets)(Buffer.from(body), nowS)).toBe(header);
  });
});

describe('verify', () => {
  test.each(secrets)('takes what %s has signed, as text and as bytes', (secret) => {
    expect(verify(header, body, [secret], at)).toBe(true);
    expect(verify(header, Buffer.from(body), ['another', secret], at)).toBe(true);
  });

  test.each([
    ['another secret', header, body, ['a-secret-of-some-lengtH'], at],
    ['no secret', header, body, [], at],
    ['another body', header, `${body} `, secrets, at],
    ['another time', header.replace('t=1', 't=2'), body, secrets, { nowS, toleranceS: 1e12 }],
    ['a time too long ago', header, body, secrets, { nowS: nowS + 301, toleranceS: 300 }],
    ['a time too far ahead', header, body, secrets, { nowS: nowS - 301, toleranceS: 300 }],
    ['a clock that is none', header, body, secrets, { nowS: Number.NaN, toleranceS: 300 }],
    ['no header', undefined, body, secrets, at],
    ['no time', header.slice(header.indexOf(',') + 1), body, secrets, at],
    ['no signature', `t=${nowS}`, body, secrets, at],
    ['half a signature', header.slice(0, 60), body, secrets, at],
    ['another version', header.replaceAll('v1=', 'v2='), body, secrets, at],
  ] as const)('refuses %s', (_, text, given, with_, options) => {
    expect(verify(text, given, with_, options)).toBe(false);
  });

  test('bears a time at the very end of the tolerance, and white space', () => {
    const late = { nowS: nowS + 300, toleranceS: 300 };
    expect(verify(header.replaceAll(',', ', '), body, secrets, late)).toBe(true);
  });

  property.prop([fc.string(), fc.string(), fc.array(fc.string())])(
    'never throws, and takes no header that was made up',
    (text, given, with_) => {
      expect(verify(text, given, with_, at)).toBe(false);
      expect(verify(`t=${nowS},v1=${text}`, given, with_, at)).toBe(false);
    },
  );
});
