import { describe, expect, test } from 'vitest';
import type { Kind, Role } from './audience.ts';
import { createBook, type Book, type ReaderEntry, type ReaderMark, type RoomLog } from './book.ts';
import { createRandom } from './random.ts';
import { faultKinds, reconcile } from './reconcile.ts';

/** The place of send `n` in its log: one a second, so that a new chain fits in between. */
const positionOf = (number: number): string => `${(number + 1) * 1000}-0.nonce${number}`;

/** A book in which send `n` is tried at `10 n` ms, is answered 5 ms later and is in the log of its room. */
const bookOf = (sends: readonly { room?: number; kind?: Kind }[]): Book => {
  const book = createBook();
  for (const [number, { room = 0, kind = 'standard' }] of sends.entries()) {
    const sentMs = number * 10;
    const [eventId, position] = [`event-${number}`, positionOf(number)];
    book.sends.push({
      room,
      kind,
      sender: 0,
      sentMs,
      attempts: 1,
      outcome: 'accepted',
      answeredMs: sentMs + 5,
      eventId,
      position,
    });
    const log = book.logs.get(room) ?? { entries: [], isWhole: true };
    log.entries.push({ eventId, position, number });
    book.logs.set(room, log);
  }
  return book;
};

/** All desks follow one feed. */
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
    get timesMs() {
      return numbers.map((number) => number * 10 + 6);
    },
    get eventIds() {
      return numbers.map((number) => `event-${number}`);
    },
    get positions() {
      return numbers.map((number) => `${role === 'desk' ? '0:' : ''}${positionOf(number)}`);
    },
    marks: [{ what: 'joined', atMs: 0, receipts: 0, position: '0' }, ...(more.marks ?? [])],
  };
  book.readers.push(reader);
  return reader;
};

/** Redis has lost these. */
const rollBack = (book: Book, ...numbers: number[]): void => {
  for (const log of book.logs.values())
    log.entries = log.entries.filter(({ number }) => !numbers.includes(number));
};

/** The log's order is another than that of the numbers. */
const reorder = (book: Book, order: readonly number[]): void => {
  const { entries } = book.logs.get(0) as RoomLog;
  entries.sort((one, other) => order.indexOf(one.number) - order.indexOf(other.number));
};

/** @param start the number of the send that the stream begins behind */
const told = (receipts: number, atMs: number, start?: number): ReaderMark => ({
  what: 'told',
  receipts,
  atMs,
  position: start === undefined ? '0' : positionOf(start),
});
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
    reorder(book, [0, 2, 1, 3]);
    addReader(book, [0, 2, 1, 3]);
    addReader(book, [0, 2, 1, 3]);
    expect(faultsOf(book)).toEqual({ overtaken: 2 });
  });

  test('disorder that all readers agree on and that the log does not have is found', () => {
    const book = bookOf(four);
    for (const send of book.sends) send.sentMs = 0;
    addReader(book, [0, 2, 1, 3]);
    expect(faultsOf(book)).toEqual({ disordered: 1 });
  });

  test('what was acknowledged and is not in the log is found, though nobody could see it', () => {
    const book = bookOf([{}, { kind: 'for-clients' }, {}]);
    rollBack(book, 1);
    addReader(book, [0, 2], { role: 'operator' });
    expect(faultsOf(book)).toEqual({ vanished: 1 });
  });

  test('what is older than a trimmed log holds is taken for kept', () => {
    const book = bookOf(four);
    rollBack(book, 0, 1);
    book.logs.get(0)!.isWhole = false;
    addReader(book, [0, 1, 2, 3]);
    addReader(book, [0, 2, 3]);
    expect(faultsOf(book)).toEqual({ lost: 1 });
  });

  test('the order of a trimmed log goes on where its oldest entry stands', () => {
    const kinds = [{}, {}, { kind: 'note' }, {}, { kind: 'for-clients' }, {}] as const;
    const book = bookOf(kinds);
    rollBack(book, 0, 1);
    book.logs.get(0)!.isWhole = false;
    addReader(book, [0, 1, 3, 4, 5]);
    addReader(book, [0, 1, 2, 3, 5], { role: 'operator' });
    expect(faultsOf(book)).toEqual({});
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
    reorder(book, [3, 1, 2, 0]);
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
    book.logs.get(0)!.entries.push({ eventId: 'second', position: positionOf(1), number: 0 });
    addReader(book, [0]);
    expect(faultsOf(book)).toEqual({ contradicted: 1, forked: 1 });
  });
});

const six = [{}, {}, {}, {}, {}, {}];

describe('a log that was rolled back', () => {
  /** 2 and 3 are lost, and the log goes on with 4. */
  const brokenBook = () => {
    const book = bookOf(six);
    rollBack(book, 2, 3);
    return book;
  };

  test('excuses those who were told before they went on, whether they had seen what is lost or not', () => {
    const book = brokenBook();
    addReader(book, [0, 1, 2, 3, 4, 5], { marks: [told(4, 39)] });
    addReader(book, [0, 1, 4, 5], { marks: [told(2, 39)] });
    expect(reconcile(book)).toMatchObject({ told: 2, reloads: 2, needlessReloads: 0 });
    expect(faultsOf(book)).toEqual({ vanished: 2 });
  });

  test('excuses nobody who was not told, or too late', () => {
    const book = brokenBook();
    addReader(book, [0, 1, 2, 3, 4, 5]);
    addReader(book, [0, 1, 4, 5]);
    addReader(book, [0, 1, 2, 3, 4, 5], { marks: [told(5, 60)] });
    addReader(book, [0, 1, 4, 5], { marks: [told(3, 60)] });
    expect(faultsOf(book)).toEqual({ vanished: 2, untold: 4, lost: 4 });
  });

  test('does not excuse a hole of the old chain, although the reload comes right after it', () => {
    const book = brokenBook();
    addReader(book, [0, 2, 3, 4, 5], { marks: [told(3, 39)] });
    addReader(book, [0, 1, 3, 4, 5], { marks: [told(3, 39)] });
    expect(reconcile(book).findings.lost).toEqual([
      { reader: 'reader-0', number: 1 },
      { reader: 'reader-1', number: 2 },
    ]);
  });

  test('excuses what is in the new chain up to where the reload begins, and nothing behind', () => {
    const book = brokenBook();
    addReader(book, [0, 1, 2, 3, 5], { marks: [told(4, 45, 4)] });
    addReader(book, [0, 1, 2, 3, 5], { marks: [told(4, 45, 3)] });
    expect(reconcile(book).findings.lost).toEqual([{ reader: 'reader-1', number: 4 }]);
  });

  test('knows only the millisecond of a feed’s event that no desk has got', () => {
    const bookWith = (start: string) => {
      const book = brokenBook();
      // In the room two events share the millisecond, in the feed it stands alone.
      Object.assign(
        book.logs.get(0)!.entries.find(({ number }) => number === 4)!,
        {
          position: '5000-1.nonce4',
        },
      );
      Object.assign(book.sends[4]!, { position: '5000-1.nonce4' });
      addReader(book, [0, 1, 2, 3, 5], {
        role: 'desk',
        marks: [{ ...told(4, 45), position: `0:${start}` }],
      });
      return book;
    };
    expect(faultsOf(bookWith('5000-0.nonce4'))).toEqual({ vanished: 2 });
    expect(faultsOf(bookWith('4999-9.nonce'))).toEqual({ vanished: 2, lost: 1 });
  });

  test('leaves a desk some seconds until it is told', () => {
    const book = brokenBook();
    addReader(book, [0, 1, 2, 3, 4, 5], { role: 'desk', marks: [told(6, 5000)] });
    expect(faultsOf(book)).toEqual({ vanished: 2 });
    addReader(book, [0, 1, 2, 3, 4, 5], { role: 'desk', marks: [told(6, 15_000)] });
    expect(faultsOf(book)).toEqual({ vanished: 2, untold: 2 });
  });

  test('in one room takes what comes next in another one from a desk that has to reload', () => {
    const book = bookOf([{}, { room: 1 }, {}, { room: 1 }]);
    rollBack(book, 1);
    addReader(book, [0, 1, 3], {
      role: 'desk',
      marks: [{ ...told(2, 25), position: '0:3000-0.x' }],
    });
    expect(reconcile(book)).toMatchObject({ told: 1 });
    expect(faultsOf(book)).toEqual({ vanished: 1 });
  });

  test('lets a send be executed again', () => {
    const book = brokenBook();
    const entry = { eventId: 'again', position: '4500-0.nonce', number: 3 };
    book.logs.get(0)!.entries.splice(2, 0, entry);
    Object.assign(book.sends[3]!, entry);
    const reader = addReader(book, [0, 1, 2, 3, 3, 4, 5], { marks: [told(4, 39)] });
    const eventIds = reader.eventIds.with(4, 'again');
    const positions = reader.positions.with(4, entry.position);
    book.readers[0] = { ...reader, eventIds, positions };
    expect(faultsOf(book)).toEqual({ vanished: 1 });
  });
});

describe('a reload without a break of the log', () => {
  test('excuses no hole, wherever it is', () => {
    const book = bookOf(six);
    addReader(book, [0, 1, 3, 4, 5], { marks: [told(3, 35, 3)] });
    addReader(book, [0, 1, 3, 4, 5], { marks: [told(2, 25, 2)] });
    addReader(book, [0, 1, 3, 4, 5], { role: 'desk', marks: [told(2, 25, 2)] });
    expect(reconcile(book)).toMatchObject({ told: 0, needlessReloads: 2 });
    expect(faultsOf(book)).toEqual({ lost: 3 });
  });

  test('does not allow to see something again', () => {
    const book = bookOf(four);
    addReader(book, [0, 1, 2, 1, 2, 3], { marks: [told(3, 60, 0)] });
    expect(faultsOf(book)).toMatchObject({ duplicated: 2 });
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
