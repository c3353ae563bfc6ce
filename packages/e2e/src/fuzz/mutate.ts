/** From a good example to what is nearly one: changed in its structure, then in its bytes. */
import fc from 'fast-check';
import { hostileKey, hostileLeaf } from './hostile.ts';
import { changeAt, render, treeOf, type Change } from './json-tree.ts';

const depths = [1, 2, 8, 61, 62, 63, 64, 65, 66, 500, 5_000];

const change: fc.Arbitrary<Change> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('replace' as const), by: hostileLeaf }) },
  { weight: 3, arbitrary: fc.constant({ kind: 'drop' as const }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('double' as const), by: hostileLeaf }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('rename' as const), key: hostileKey }) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('add' as const), key: hostileKey, by: hostileLeaf }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('wrap' as const),
      depth: fc.constantFrom(...depths),
      inList: fc.boolean(),
    }),
  },
);

const placed = fc.record({ path: fc.array(fc.nat(31), { minLength: 1, maxLength: 5 }), change });

/** Texts of JSON, or nearly: an example with none to four changes. */
export const mutated = (examples: readonly unknown[]): fc.Arbitrary<string> =>
  fc
    .tuple(fc.constantFrom(...examples.map(treeOf)), fc.array(placed, { maxLength: 4 }))
    .map(([example, changes]) =>
      render(changes.reduce((tree, { path, change: how }) => changeAt(tree, path, how), example)),
    );

type ByteChange = (bytes: Buffer) => Buffer;

const at = (bytes: Buffer, place: number) => Math.floor(place * bytes.length);

const byteChange: fc.Arbitrary<ByteChange> = fc.oneof(
  fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }).map(
    (place): ByteChange =>
      (bytes) =>
        bytes.subarray(0, at(bytes, place)),
  ),
  fc
    .tuple(fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }), fc.nat(255))
    .map(([place, byte]): ByteChange => (bytes) => {
      const copy = Buffer.from(bytes);
      if (copy.length > 0) copy[at(copy, place)] = byte;
      return copy;
    }),
  fc
    .tuple(
      fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
      fc
        .constantFrom('ff', 'fe', 'c080', 'eda080', 'f4908080', 'efbbbf', '00', '0a', '7b', '5d')
        .map((hex) => Buffer.from(hex, 'hex')),
    )
    .map(
      ([place, more]): ByteChange =>
        (bytes) =>
          Buffer.concat([
            bytes.subarray(0, at(bytes, place)),
            more,
            bytes.subarray(at(bytes, place)),
          ]),
    ),
  fc.constantFrom(65_535, 65_536, 65_537).map(
    (size): ByteChange =>
      (bytes) =>
        Buffer.concat([bytes, Buffer.alloc(Math.max(0, size - bytes.length), 0x20)]),
  ),
);

/** The same as bytes, now and then with a change that knows nothing of JSON. */
export const mutatedBytes = (examples: readonly unknown[]): fc.Arbitrary<Buffer> => {
  const bytes = mutated(examples).map((text) => Buffer.from(text));
  const broken = fc.tuple(bytes, byteChange).map(([good, how]) => how(good));
  return fc.oneof({ weight: 19, arbitrary: bytes }, { weight: 1, arbitrary: broken });
};
