import { describe, expect, test } from 'vitest';
import type { Kind, Role } from './audience.ts';
import { createBook, type Book, type ReaderEntry, type ReaderMark } from './book.ts';
import { createRandom } from './random.ts';
import { faultKinds, reconcile } from './reconcile.ts';

/** A book in which send `n` is tried at `10 n` ms and answered 5 ms later. */
const bookOf = (sends: readonly { room?: number; kind?: Kind }[]): Book => {
  const book = createBook();
  for (const [number, { room = 0, kind = 'standard' }] of sends.entries()) {
    const sentMs = number * 10;
    book.sends.push({
      room,
      kind,
      sentMs,
      attempts: 1,
      outcome: 'accepted',
      answeredMs: sentMs + 5,
      eventId: undefined,
    });
  }
  return book;
};

const addReader = (
  book: Book,
  numbers: number[],
  more: { role?: Role; room?: number; marks?: ReaderMark[] } = {},
): ReaderEntry => {
  const role = more.role ?? 'client';
  const reader: ReaderEntry = {
    name: `reader-${book.readers.length}`,
    role,
    room: role === 'desk' ? undefined : (more.room ?? 0),
    numbers,
    timesMs: numbers.map((number) => number * 10 + 6),
    marks: [{ what: 'joined', atMs: 0, receipts: 0 }, ...(more.marks ?? [])],
  };
  book.readers.push(reader);
  return reader;
};

const told = (receipts: number, atMs: number): ReaderMark => ({ what: 'told', receipts, atMs });
const four = [{}, {}, {}, {}];

/** The kinds of faults that were found, each so often as it was. */
const faultsOf = (book: Book): Record<string, number> =>
  Object.fromEntries(Object.entries(reconcile(book).counts).filter(([, count]) => count > 0));

describe('a run without faults', () => {
  test('has nothing to find, whoever reads', () => {
    const book = bookOf([{}, { kind: 'note' }, { kind: 'for-clients' }, { room: 1 }]);
    addReader(book, [0, 2]);
    addReader(book, [0, 1], { role: 'operator' });
    addReader(book, [3], { room: 1 });
    addReader(book, [3, 0], { role: 'desk' });
    expect(reconcile(book)).toMatchObject({ sent: 4, accepted: 4, due: 7, received: 7, told: 0 });
    expect(faultsOf(book)).toEqual({});
  });

  test('owes a reader nothing from before it came', () => {
    const book = bookOf(four);
    const reader = addReader(book, [2, 3]);
    reader.marks[0]!.atMs = 15;
    expect(faultsOf(book)).toEqual({});
    expect(reconcile(book).due).toBe(2);
  });
});

describe('planted faults', () => {
  test('a loss is found, in the middle and at the end', () => {
    const book = bookOf(four);
    addReader(book, [0, 2, 3]);
    addReader(book, [0, 1, 2]);
    expect(faultsOf(book)).toEqual({ lost: 2 });
    expect(reconcile(book).findings.lost).toEqual([
      { reader: 'reader-0', number: 1 },
      { reader: 'reader-1', number: 3 },
    ]);
  });

  test('what nobody got is lost for everybody', () => {
    const book = bookOf(four);
    addReader(book, [0, 2, 3]);
    addReader(book, [0, 2, 3], { role: 'desk' });
    expect(faultsOf(book)).toEqual({ lost: 2 });
  });

  test('what was not accepted is owed to nobody', () => {
    const book = bookOf(four);
    book.sends[1]!.outcome = 'open';
    addReader(book, [0, 2, 3]);
    expect(faultsOf(book)).toEqual({});
    expect(reconcile(book)).toMatchObject({ accepted: 3, open: 1 });
  });

  test('a repeat is found', () => {
    const book = bookOf(four);
    addReader(book, [0, 1, 1, 2, 3, 0]);
    expect(faultsOf(book)).toEqual({ duplicated: 2 });
  });

  test('disorder between readers is found', () => {
    const book = bookOf(four);
    for (const send of book.sends) send.sentMs = 0;
    addReader(book, [0, 1, 2, 3]);
    addReader(book, [0, 2, 1, 3]);
    expect(faultsOf(book)).toEqual({ disordered: 1 });
  });

  test('an order that all agree on and that no sender can have meant is found', () => {
    const book = bookOf(four);
    addReader(book, [0, 2, 1, 3]);
    addReader(book, [0, 2, 1, 3]);
    expect(faultsOf(book)).toEqual({ overtaken: 2 });
  });

  test('two messages that no reader sees both have no order', () => {
    const book = bookOf([{}, { kind: 'for-clients' }, { kind: 'note' }, {}]);
    addReader(book, [0, 1, 3]);
    addReader(book, [0, 2, 3], { role: 'operator' });
    expect(faultsOf(book)).toEqual({});
  });

  test('sends at the same time may come in any order, the same for all', () => {
    const book = bookOf(four);
    for (const send of book.sends) Object.assign(send, { sentMs: 0, answeredMs: 50 });
    addReader(book, [3, 1, 2, 0]);
    addReader(book, [3, 1, 2, 0], { role: 'desk' });
    expect(faultsOf(book)).toEqual({});
  });

  test('leaks are found: into another room, to another role, out of nowhere', () => {
    const book = bookOf([{ kind: 'note' }, { room: 1 }, { kind: 'for-operators' }]);
    addReader(book, [0]);
    addReader(book, [1]);
    addReader(book, [1, 2], { role: 'desk' });
    addReader(book, [99]);
    expect(faultsOf(book)).toEqual({ leaked: 4 });
  });

  test('what was refused and came is found, and what was executed twice', () => {
    const book = bookOf([{}]);
    book.sends[0]!.outcome = 'refused';
    book.forks.push({ number: 0, reader: 'reader-0' });
    addReader(book, [0]);
    expect(faultsOf(book)).toEqual({ contradicted: 1, forked: 1 });
  });
});

describe('being told', () => {
  test('excuses what is missing at that place, and nothing else', () => {
    const book = bookOf([{}, {}, {}, {}, {}, {}]);
    addReader(book, [0, 1, 2, 3, 4, 5]);
    addReader(book, [0, 2, 5], { marks: [told(2, 20_000)] });
    expect(reconcile(book)).toMatchObject({ told: 2, reloads: 1 });
    expect(faultsOf(book)).toEqual({ lost: 1 });
  });

  test('may come a little later than the hole', () => {
    const book = bookOf(four);
    addReader(book, [0, 1, 2, 3]);
    addReader(book, [0, 2, 3], { marks: [told(2, 5000)] });
    expect(reconcile(book)).toMatchObject({ told: 1 });
    expect(faultsOf(book)).toEqual({});
  });

  test('does not excuse what was sent afterwards', () => {
    const book = bookOf(four);
    addReader(book, [0, 1, 2, 3]);
    addReader(book, [0, 1], { marks: [told(2, 15)] });
    expect(faultsOf(book)).toEqual({ lost: 2 });
  });

  test('excuses what nobody has any more', () => {
    const book = bookOf(four);
    addReader(book, [0, 2, 3], { marks: [told(1, 18)] });
    expect(reconcile(book)).toMatchObject({ told: 1 });
    expect(faultsOf(book)).toEqual({});
  });

  test('allows to see something again', () => {
    const book = bookOf(four);
    addReader(book, [0, 1, 2, 1, 2, 3], { marks: [told(3, 60)] });
    expect(faultsOf(book)).toEqual({});
  });

  test('at the desk counts for each room by itself', () => {
    const book = bookOf([{}, { room: 1 }, { room: 1 }, {}, { room: 1 }]);
    addReader(book, [0, 1, 3, 4], { role: 'desk', marks: [told(2, 25)] });
    expect(reconcile(book)).toMatchObject({ told: 1 });
    expect(faultsOf(book)).toEqual({});
  });
});

test('of random runs with one random fault each, all are found', () => {
  for (let seed = 1; seed <= 300; seed += 1) {
    const random = createRandom(seed);
    const count = 5 + random.below(20);
    const book = bookOf(Array.from({ length: count }, () => ({})));
    for (const send of book.sends) Object.assign(send, { sentMs: 0, answeredMs: 1000 });
    const all = [...book.sends.keys()];
    addReader(book, [...all]);
    addReader(book, [...all]);
    const { numbers } = addReader(book, [...all]);
    const at = random.below(count - 1);
    const fault = random.of(['lost', 'duplicated', 'disordered', 'leaked'] as const);
    if (fault === 'lost') numbers.splice(at, 1);
    if (fault === 'duplicated') numbers.splice(at + random.below(3), 0, numbers[at]!);
    if (fault === 'disordered') numbers.splice(at, 2, numbers[at + 1]!, numbers[at]!);
    if (fault === 'leaked') numbers.splice(at, 0, count);
    const { counts } = reconcile(book);
    const found = faultKinds.filter((kind) => counts[kind] > 0);
    expect(found, `seed ${seed}`).toEqual([fault]);
  }
});
