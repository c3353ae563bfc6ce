import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, test } from 'vitest';
import { decodeEnvelope, encodeMeta, ephemeralEnvelopes } from './envelope.ts';
import { decodeRouting, encodeRouting } from './routing.ts';

const id = fc.string({ unit: 'binary', minLength: 1 }).filter((text) => text.isWellFormed());
const maybeId = fc.option(fc.oneof(fc.constant(''), id), { nil: undefined });

describe('an envelope', () => {
  property.prop([
    id,
    id,
    fc.string({ unit: 'grapheme' }),
    fc.option(fc.string(), { nil: undefined }),
  ])('gives back what was put in, byte for byte', (eventId, user, text, clientsText) => {
    const event = {
      event: 'typingUpdated',
      eventId,
      ts: '2026-01-01T00:00:00.000Z',
      chatId: 'c',
      room: {
        audience: 'all',
        data: JSON.stringify({ text }),
        except: `client:${user}`,
        ...(clientsText !== undefined && { clientsData: JSON.stringify({ text: clientsText }) }),
      },
    } as const;
    const decoded = decodeEnvelope(Buffer.from(ephemeralEnvelopes(event).room!));
    expect(decoded).toMatchObject({
      name: 'typingUpdated',
      eventId,
      audience: 'all',
      subject: `client:${user}`,
      routing: '-',
    });
    expect(decoded?.position).toBeUndefined();
    expect(JSON.parse(Buffer.from(decoded!.frame).toString())).toMatchObject({
      event_id: eventId,
      data: { text },
    });
    const clients =
      decoded!.clientsFrame && JSON.parse(Buffer.from(decoded!.clientsFrame).toString());
    expect(clients?.data.text).toBe(clientsText);
  });

  property.prop([fc.uint8Array({ maxLength: 200 })])(
    'from a stranger is no envelope and no exception',
    (bytes) => {
      const decoded = decodeEnvelope(Buffer.from(bytes));
      expect(decoded === undefined || decoded.frame instanceof Uint8Array).toBe(true);
    },
  );

  const position = fc.oneof(
    fc.constantFrom('-', '0'),
    fc.stringMatching(/^\d{1,4}-\d\.[a-z]{6}$/u),
  );
  const field = fc.oneof(
    position,
    fc.string({ unit: 'binary', maxLength: 8 }),
    fc.constantFrom(
      '',
      '%',
      '%zz',
      'all',
      'operator',
      'messageAdded',
      '1e1',
      '0x2',
      '-1',
      '1.5',
      '2',
    ),
  );
  property.prop([fc.array(field, { minLength: 7, maxLength: 9 }), fc.string({ unit: 'binary' })], {
    numRuns: 500,
  })('that is almost one is refused, or all its bytes are in its frames', (fields, frames) => {
    const bytes = Buffer.from(frames);
    const decoded = decodeEnvelope(Buffer.concat([Buffer.from(`${fields.join(' ')}\n`), bytes]));
    if (decoded === undefined) return;
    expect(decoded.frame.length).toBe(Number(fields.at(-1)?.split(' ').at(-1)));
    const both = Buffer.concat([decoded.frame, decoded.clientsFrame ?? Buffer.alloc(0)]);
    expect(both.equals(bytes) || fields.some((each) => each.includes('\n'))).toBe(true);
    expect(decoded.previous === undefined).toBe(decoded.position === undefined);
    expect(decodeRouting(decoded.routing)).toBeInstanceOf(Array);
  });

  test.each([
    '',
    '\n',
    '- - id name all - - \n{}',
    '- - id name all - - 0x2\n{}',
    '- - id name all - - 2.0\n{}',
    'a b\nc',
    '- - id name all - - 99\n{}',
    '- - id name all - - x\n{}',
    '- - id name all - - -1\n{}',
    'abc 1-1.aaaaaa id name all - - 2\n{}',
    '1-1.aaaaaa abc id name all - - 2\n{}',
    '1-1.aaaaaa - id name all - - 2\n{}',
    '- 1-1.aaaaaa id name all - - 2\n{}',
    '1-1.aaaaaa 99999999999999999999999-0.aaaaaa id name all - - 2\n{}',
  ])('that is cut short or wrong is refused: %j', (text) =>
    expect(decodeEnvelope(Buffer.from(text))).toBeUndefined(),
  );

  test('has a header without spaces in its fields', () => {
    expect(encodeMeta({ eventId: 'a b', event: 'messageAdded' }, 'operator', 'x y')).toBe(
      'a%20b messageAdded operator x%20y -',
    );
  });
});

describe('a routing line', () => {
  const chat = fc
    .record({ widgetId: maybeId, departmentId: maybeId, operatorId: maybeId })
    .map((record) =>
      Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)),
    );
  property.prop([fc.array(chat, { maxLength: 2 })])(
    'tells the chats that it was made of, in one word',
    (chats) => {
      const line = encodeRouting(chats);
      expect(decodeRouting(line)).toEqual(chats);
      expect(line).not.toMatch(/\s/u);
    },
  );
});
