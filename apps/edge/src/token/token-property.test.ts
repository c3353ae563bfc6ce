/** Whatever stands where a token should: a verdict, never an exception, and never a word of it in the reason. */
import { createHmac } from 'node:crypto';
import { claims as claimsSchema, defaultLimits } from '@switchboard/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readCompactJwt } from './compact-jwt.ts';
import { createKeyRing } from './key-ring.ts';
import { readClaimsBy } from './read-claims.ts';
import { secretKey } from './verification-key.ts';
import { verifyToken } from './verify-token.ts';

/** Any bytes, as the network has them. */
const anyText = fc
  .uint8Array({ maxLength: 40 })
  .map((bytes) => Buffer.from(bytes).toString('latin1'));

const secret = 'a secret of at least thirty-two bytes';
const nowMs = 1_800_000_000_000;
const laterS = nowMs / 1_000 + 60;
const { tokenMaxBytes } = defaultLimits;

const rules = {
  keys: createKeyRing([secretKey(secret)]),
  readClaims: readClaimsBy(defaultLimits),
  now: () => nowMs,
  leewayMs: 0,
  maxBytes: tokenMaxBytes,
};
const verify = (token: string) => verifyToken(token, rules);

const base64url = (text: string) => Buffer.from(text).toString('base64url');
const sign = (header: string, payload: string) => {
  const signed = `${base64url(header)}.${base64url(payload)}`;
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
};
const hs256 = JSON.stringify({ alg: 'HS256' });

/** Deep ones are `parseClientFrame`'s business; here they only cost time. */
const json = fc.jsonValue({ maxDepth: 1 });
const id = fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 40 });
const goodClaims = fc.oneof(
  fc.record({ sub: id, role: fc.constant('client'), chat_id: id, exp: fc.constant(laterS) }),
  fc.record({
    sub: id,
    role: fc.constant('operator'),
    chats: fc.array(id, { maxLength: 5 }),
    exp: fc.constant(laterS),
  }),
);

const almostClaims = fc.record(
  {
    sub: fc.oneof(id, json),
    role: fc.oneof(fc.constantFrom('client', 'operator', 'bot'), json),
    chat_id: fc.oneof(id, json),
    chats: fc.oneof(fc.array(id), json),
    sources: json,
    name: json,
    exp: fc.oneof(fc.constantFrom<unknown>(laterS, 0, -1, '1', 1e300, null), json),
    nbf: fc.oneof(fc.constantFrom<unknown>(undefined, 0, laterS, 'x'), json),
  },
  { requiredKeys: [] },
);
const almostHeader = fc.record(
  {
    alg: fc.oneof(fc.constantFrom('HS256', 'RS256', 'EdDSA', 'none', 'hs256'), json),
    kid: fc.oneof(fc.string(), json),
    crit: json,
  },
  { requiredKeys: [] },
);

const expectVerdict = (token: string) => {
  const verdict = verify(token);
  if (verdict.ok) return expect(claimsSchema.parse(verdict.claims)).toEqual(verdict.claims);
  expect(['expired', 'invalid']).toContain(verdict.problem);
  expect(verdict.reason).not.toBe('');
};

describe('a token', () => {
  it('that we signed gives its claims back', () => {
    fc.assert(
      fc.property(goodClaims, (claims) => {
        expect(verify(sign(hs256, JSON.stringify(claims)))).toMatchObject({ ok: true, claims });
      }),
    );
  });

  it('that we signed and that says anything gets a verdict', () => {
    const payload = fc.oneof(almostClaims, json).map((value) => JSON.stringify(value));
    const header = fc.oneof(
      fc.constant(hs256),
      almostHeader.map((value) => JSON.stringify(value)),
    );
    const text = anyText;
    fc.assert(
      fc.property(fc.oneof(header, text), fc.oneof(payload, text), (head, body) =>
        expectVerdict(sign(head, body)),
      ),
      { numRuns: 200 },
    );
  });

  it('with one character changed is refused, and the reason holds nothing of it', () => {
    const changed = fc.record({
      claims: goodClaims,
      at: fc.nat(),
      to: fc.constantFrom(...'Az09-_.= '.split('')),
    });
    fc.assert(
      fc.property(changed, ({ claims, at, to }) => {
        const good = sign(hs256, JSON.stringify(claims));
        // Not the last one: two of its bits are unused.
        const place = at % (good.length - 1);
        fc.pre(good[place] !== to);
        const verdict = verify(`${good.slice(0, place)}${to}${good.slice(place + 1)}`);
        expect(verdict.ok).toBe(false);
        for (const part of good.split('.')) expect(JSON.stringify(verdict)).not.toContain(part);
      }),
    );
  });

  it('may have as many bytes as are allowed, and not one more', () => {
    const ofBytes = (bytes: number) => {
      const claims = (name: string) =>
        JSON.stringify({ sub: 'u', role: 'operator', exp: laterS, name });
      const short = sign(hs256, claims(''));
      return `${short}${'A'.repeat(bytes - short.length)}`;
    };
    // The signature does not fit; that is looked at after the length.
    expect(verify(ofBytes(tokenMaxBytes))).toMatchObject({ reason: 'its signature does not fit' });
    expect(verify(ofBytes(tokenMaxBytes + 1))).toMatchObject({
      reason: `longer than ${tokenMaxBytes} bytes`,
    });
  });

  it('of any text is taken apart or is none', () => {
    const part = fc.string({ unit: fc.constantFrom(...'eyJ0_-9{}"'.split('')) });
    const parts = fc.array(part, { maxLength: 5 }).map((all) => all.join('.'));
    const text = fc.oneof(anyText, parts);
    fc.assert(fc.property(text, expectVerdict), { numRuns: 200 });
    fc.assert(
      fc.property(text, (given) => {
        const signed = readCompactJwt(given)?.signed.toString();
        expect(signed === undefined || given.startsWith(`${signed}.`)).toBe(true);
      }),
      { numRuns: 200 },
    );
  });
});
