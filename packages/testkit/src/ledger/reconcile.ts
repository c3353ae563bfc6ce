/**
 * Holds what was acknowledged against what was received. Pure.
 *
 * | finding     | an accepted message that … / a receipt that …                                        |
 * |-------------|--------------------------------------------------------------------------------------|
 * | lost        | a reader who may see it did not get, though it was not told to reload at that place  |
 * | told        | as lost, but the reader was told (no fault)                                          |
 * | duplicated  | came twice to a reader that was not told in between                                  |
 * | disordered  | came to a reader in another order than to the others                                 |
 * | overtaken   | stands behind one that was sent after it was answered                                |
 * | leaked      | came to a reader of another room, or to a role that may not see it                   |
 * | forked      | exists under two event ids: it was executed twice                                    |
 * | contradicted| was refused for good and came nevertheless                                           |
 */
import { maySee } from './audience.ts';
import type { Book, ReaderEntry, SendEntry } from './book.ts';
import { accountsOf, orderOf, type Account, type Ranks } from './room-order.ts';

export const faultKinds = [
  'lost',
  'duplicated',
  'disordered',
  'overtaken',
  'leaked',
  'forked',
  'contradicted',
] as const;

export type FaultKind = (typeof faultKinds)[number];

export interface Finding {
  reader: string;
  number: number;
}

export interface Reconciliation {
  sent: number;
  accepted: number;
  refused: number;
  /** Sends without an answer. */
  open: number;
  /** What has to be received, over all readers. */
  due: number;
  received: number;
  /** Missing, and the reader knows. */
  told: number;
  /** How often a reader was told to reload. */
  reloads: number;
  counts: Record<FaultKind, number>;
  /** The first of each kind. */
  findings: Record<FaultKind, Finding[]>;
}

const findingsMax = 20;
const toldWithinMs = 10_000;

export const reconcile = (book: Book): Reconciliation => {
  const sum = createSum(book);
  const sendsByRoom = groupSends(book.sends);
  const accounts = new Map<number, Account[]>();
  for (const reader of book.readers) {
    judgeReceipts(reader, book.sends, sum.add);
    const ownRoom = (number: number) => roomFor(reader, book.sends[number]);
    for (const [room, account] of accountsOf(reader, ownRoom))
      accounts.set(room, [...(accounts.get(room) ?? []), account]);
  }
  const desks = book.readers.filter(({ room }) => room === undefined);
  const members = Map.groupBy(book.readers, ({ room }) => room);
  for (const [room, numbers] of sendsByRoom) {
    const own = accounts.get(room) ?? [];
    const ranks = orderOf(own.map((account) => account.numbers));
    const byReader = new Map(own.map((account) => [account.reader, account]));
    for (const account of own) {
      judgeOrder(account, ranks, sum.add);
      judgeOvertaking(account, book.sends, sum.add);
    }
    for (const reader of [...(members.get(room) ?? []), ...desks])
      judgeMissing({ reader, account: byReader.get(reader), numbers, ranks, book }, sum);
  }
  return sum.total;
};

type Add = (kind: FaultKind, reader: string, number: number) => void;
type Sum = ReturnType<typeof createSum>;

const createSum = ({ sends, readers, forks }: Book) => {
  const count = (outcome: SendEntry['outcome']) =>
    sends.filter((send) => send.outcome === outcome).length;
  const marks = readers.flatMap((reader) => reader.marks);
  const total: Reconciliation = {
    sent: sends.length,
    accepted: count('accepted'),
    refused: count('refused'),
    open: count('open'),
    due: 0,
    received: readers.reduce((sum, { numbers }) => sum + numbers.length, 0),
    told: 0,
    reloads: marks.filter(({ what }) => what === 'told').length,
    counts: record(() => 0),
    findings: record((): Finding[] => []),
  };
  const add: Add = (kind, reader, number) => {
    total.counts[kind] += 1;
    if (total.findings[kind].length < findingsMax) total.findings[kind].push({ reader, number });
  };
  for (const { reader, number } of forks) add('forked', reader, number);
  return { total, add };
};

const record = <T>(make: () => T): Record<FaultKind, T> =>
  Object.fromEntries(faultKinds.map((kind) => [kind, make()])) as Record<FaultKind, T>;

const groupSends = (sends: readonly SendEntry[]): Map<number, number[]> =>
  Map.groupBy(sends.keys(), (number) => (sends[number] as SendEntry).room);

/** Leaks, repeats, and what was refused. */
const judgeReceipts = (reader: ReaderEntry, sends: readonly SendEntry[], add: Add): void => {
  const toldAt = new Set(
    reader.marks.filter(({ what }) => what === 'told').map(({ receipts }) => receipts),
  );
  let seen = new Set<number>();
  for (const [place, number] of reader.numbers.entries()) {
    if (toldAt.has(place)) seen = new Set();
    if (seen.has(number)) add('duplicated', reader.name, number);
    seen.add(number);
    const send = sends[number];
    if (send === undefined || !mayReceive(reader, send)) add('leaked', reader.name, number);
    else if (send.outcome === 'refused') add('contradicted', reader.name, number);
  }
};

const mayReceive = ({ role, room }: ReaderEntry, send: SendEntry): boolean =>
  (room === undefined || room === send.room) && maySee(role, send.kind);

/** What a reader should not have got does not count for the order. */
const roomFor = (reader: ReaderEntry, send: SendEntry | undefined): number | undefined =>
  send !== undefined && mayReceive(reader, send) ? send.room : undefined;

const judgeOrder = ({ reader, numbers }: Account, ranks: Ranks, add: Add): void => {
  let highest = -1;
  for (const number of numbers) {
    const rank = ranks.get(number) as number;
    if (rank < highest) add('disordered', reader.name, number);
    else highest = rank;
  }
};

/**
 * From the end: nobody may stand before one that was answered before it was sent. Judged for each reader by
 * itself: two messages that no reader sees both have no order.
 */
const judgeOvertaking = (
  { reader, numbers }: Account,
  sends: readonly SendEntry[],
  add: Add,
): void => {
  let earliestAnswerMs = Infinity;
  for (const number of numbers.toReversed()) {
    const send = sends[number] as SendEntry;
    if (earliestAnswerMs < send.sentMs) add('overtaken', reader.name, number);
    if (send.outcome === 'accepted') earliestAnswerMs = Math.min(earliestAnswerMs, send.answeredMs);
  }
};

interface Case {
  reader: ReaderEntry;
  account: Account | undefined;
  numbers: readonly number[];
  ranks: Ranks;
  book: Book;
}

const judgeMissing = ({ reader, account, numbers, ranks, book }: Case, { total, add }: Sum) => {
  const got = new Set(account?.numbers);
  const joined = reader.marks.find(({ what }) => what === 'joined');
  for (const number of numbers) {
    const send = book.sends[number] as SendEntry;
    if (send.outcome !== 'accepted' || !mayReceive(reader, send)) continue;
    const isBefore = joined !== undefined && send.sentMs < joined.atMs;
    if (!isBefore || got.has(number)) total.due += 1;
    if (isBefore || got.has(number)) continue;
    if (isTold(reader, send, around(account, ranks, ranks.get(number)))) total.told += 1;
    else add('lost', reader.name, number);
  }
};

interface Hole {
  /** Receipts that the reader had when the missing one should have come, at least and at most. */
  from: number;
  to: number;
}

const around = (account: Account | undefined, ranks: Ranks, rank: number | undefined): Hole => {
  const hole = { from: 0, to: Infinity };
  if (account === undefined || rank === undefined) return hole;
  for (const [index, number] of account.numbers.entries()) {
    const place = account.places[index] as number;
    if ((ranks.get(number) as number) < rank) hole.from = place + 1;
    else return { ...hole, to: place };
  }
  return hole;
};

/**
 * A reload covers whatever was accepted before it. At the place of the hole it may come at any time;
 * elsewhere it has to come soon: desks are told over some seconds and go on receiving meanwhile, and where no
 * reader saw two messages both, the place is a guess.
 */
const isTold = (reader: ReaderEntry, send: SendEntry, { from, to }: Hole): boolean =>
  reader.marks.some(
    ({ what, receipts, atMs }) =>
      what === 'told' &&
      atMs >= send.sentMs &&
      ((receipts >= from && receipts <= to) || atMs <= send.answeredMs + toldWithinMs),
  );
