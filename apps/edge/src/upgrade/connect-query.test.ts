import { defaultLimits } from '@switchboard/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readConnectQuery, type ConnectQuery } from './connect-query.ts';

/** Any bytes, as the network has them. */
const anyText = fc
  .uint8Array({ maxLength: 40 })
  .map((bytes) => Buffer.from(bytes).toString('latin1'));

const { idMaxChars, historyMaxEvents, wordMaxChars } = defaultLimits;
const names = ['chat_id', 'since', 'history', 'observe', 'app'];

const read = (query: string) => readConnectQuery(new URLSearchParams(query), defaultLimits);
const readOne = (name: string, value: string) =>
  readConnectQuery(new URLSearchParams([[name, value]]), defaultLimits);

/** Which field is wrong, or what was read. */
const outcomeOf = (query: string) => {
  const result = read(query);
  return result.ok ? { app: result.query.app ?? '' } : { app: '', wrong: result.field };
};

describe('the query of a connect', () => {
  it.each([
    ['chat_id', 'x'.repeat(idMaxChars), 'x'.repeat(idMaxChars + 1)],
    ['app', 'x'.repeat(wordMaxChars), 'x'.repeat(wordMaxChars + 1)],
    ['history', String(historyMaxEvents), String(historyMaxEvents + 1)],
  ])('takes a %s at its limit, and names it one above', (name, longest, tooLong) => {
    expect(readOne(name, longest)).toMatchObject({ ok: true });
    expect(readOne(name, tooLong)).toMatchObject({ ok: false, field: name });
  });

  it.each(['a\nb', '\0', '\u001b[31mred', 'tab\t', 'del\u007f', 'next line\u0085'])(
    'takes no app of %j: it is shown to people',
    (app) => {
      expect(readOne('app', app)).toMatchObject({ ok: false, field: 'app' });
    },
  );

  it('is read back as it was written', () => {
    const written = fc.record(
      {
        chatId: fc
          .string({ unit: 'grapheme', minLength: 1 })
          .filter((id) => id.length <= idMaxChars),
        since: fc.string({ unit: 'grapheme' }),
        history: fc.integer({ min: 1, max: historyMaxEvents }),
        observe: fc.boolean(),
        app: fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: wordMaxChars }),
      },
      { requiredKeys: ['observe'] },
    );
    fc.assert(
      fc.property(written, (query: Partial<ConnectQuery>) => {
        const { chatId, history, observe, ...same } = query;
        const params = new URLSearchParams({
          ...same,
          observe: observe ? '1' : '0',
          ...(chatId !== undefined && { chat_id: chatId }),
          ...(history !== undefined && { history: String(history) }),
        });
        expect(readConnectQuery(params, defaultLimits)).toEqual({ ok: true, query });
      }),
    );
  });

  it('of whatever bytes is read or names what is wrong, and never throws', () => {
    const text = fc.oneof(anyText, fc.constantFrom('%', '%zz', '%c0%80', '%00'));
    const pair = fc
      .tuple(fc.constantFrom(...names), text)
      .map(([name, value]) => `${name}=${value}`);
    const query = fc.oneof(
      text,
      fc.array(fc.oneof(pair, text)).map((pairs) => pairs.join('&')),
    );
    fc.assert(
      fc.property(query, (given) => {
        const { app, wrong = 'app' } = outcomeOf(given);
        expect(names).toContain(wrong);
        expect(app).not.toMatch(/\p{Cc}/u);
      }),
      { numRuns: 200 },
    );
  });
});
