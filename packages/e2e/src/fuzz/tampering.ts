/** What is done to that which edges read from Redis: bytes of a copy, fields of a log entry, a position, a key's type. */
import fc from 'fast-check';
import { hostileText } from './hostile.ts';
import { mutatedBytes } from './mutate.ts';

export type Tampering =
  | { readonly where: 'channel'; readonly pick: number; readonly bytes: (real: Buffer) => Buffer }
  | {
      readonly where: 'entry';
      readonly pick: number;
      readonly field: string;
      readonly text: string;
    }
  | { readonly where: 'newest' | 'type'; readonly pick: number; readonly text: string };

const oddFields = [
  '',
  '-',
  '0',
  '1',
  '-1',
  '1.5',
  'NaN',
  '1e9',
  '99999999999999999999',
  '0-0.aaaaaa',
  '1753000000000-0.abcdefg',
  '9999999999999999-9999999999999999.zzzzzz',
  'abc',
  '.',
  '-.',
  'a.b',
  '%',
  '%zz',
  '%00',
  'all',
  'clients',
  'operators',
  'filtered',
  'operator',
  'nobody',
  ';;;',
  ',,,',
  '-,-',
  '__proto__',
];

const fieldText = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...oddFields) },
  { weight: 1, arbitrary: hostileText },
);

/** The fields of a header are separated by spaces; the frames follow its line feed. */
const withField = (real: Buffer, index: number, text: string): Buffer => {
  const end = real.indexOf(10);
  const fields = real.toString('utf8', 0, end).split(' ');
  fields[index % fields.length] = text;
  return Buffer.concat([Buffer.from(fields.join(' ')), real.subarray(end)]);
};

const bytes = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.tuple(fc.nat(7), fieldText).map(
      ([index, text]) =>
        (real: Buffer) =>
          withField(real, index, text),
    ),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(fc.nat(7), fieldText, fc.nat(7), fieldText).map(
      ([first, text, second, other]) =>
        (real: Buffer) =>
          withField(withField(real, first, text), second, other),
    ),
  },
  {
    weight: 2,
    arbitrary: fc
      .double({ min: 0, max: 1, noNaN: true })
      .map((place) => (real: Buffer) => real.subarray(0, Math.floor(place * real.length))),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.double({ min: 0, max: 0.999, noNaN: true }), fc.nat(255))
      .map(([place, byte]) => (real: Buffer) => {
        const copy = Buffer.from(real);
        copy[Math.floor(place * copy.length)] = byte;
        return copy;
      }),
  },
  {
    weight: 1,
    arbitrary: fc.uint8Array({ maxLength: 60 }).map((random) => () => Buffer.from(random)),
  },
  {
    weight: 2,
    arbitrary: mutatedBytes([
      { command: { kind: 'disconnect', userId: 'nobody', revoke: false }, asked: true },
      {
        command: {
          kind: 'sources',
          operatorId: 'nobody',
          sourcesJson: '{"widgets":null,"departments":[]}',
        },
        asked: false,
      },
      { command: { kind: 'drain', nodeId: 'no-edge' }, asked: true },
    ]).map((payload) => (real: Buffer) => withPayload(real, payload)),
  },
  { weight: 1, arbitrary: fc.constant((real: Buffer) => real) },
);

/** The header stays, with the length of what now follows. */
const withPayload = (real: Buffer, payload: Buffer): Buffer => {
  const head = withField(real, 7, String(payload.length + 30));
  const padded = Buffer.concat([
    Buffer.from('{"position":"1-1.aa","data":'),
    payload,
    Buffer.from('}'),
  ]);
  return Buffer.concat([head.subarray(0, head.indexOf(10) + 1), padded]);
};

export const tampering: fc.Arbitrary<Tampering> = fc.oneof(
  {
    weight: 40,
    arbitrary: fc.record({ where: fc.constant('channel' as const), pick: fc.nat(), bytes }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      where: fc.constant('entry' as const),
      pick: fc.nat(),
      field: fc.constantFrom('previous', 'nonce', 'meta', 'head', 'data', 'clientsData', 'x'),
      text: fieldText,
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      where: fc.constant('newest' as const),
      pick: fc.nat(),
      text: fieldText,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ where: fc.constant('type' as const), pick: fc.nat(), text: fieldText }),
  },
);
