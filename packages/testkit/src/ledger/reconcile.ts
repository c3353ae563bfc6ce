/**
 * Holds what was acknowledged against what was received and what the logs hold. Pure.
 *
 * | finding     | an accepted message that … / a receipt that …                                         |
 * |-------------|---------------------------------------------------------------------------------------|
 * | lost        | a reader who may see it did not get, though no reload at a break of the log covers it |
 * | told        | as lost, but the reader was told (no fault)                                           |
 * | untold      | is no longer in the log, and the reader was not told before it went on                |
 * | vanished    | is not in the log: Redis has lost it, or it never was there                           |
 * | duplicated  | came twice to a reader                                                                |
 * | disordered  | came to a reader in another order than the log has, or than it came to the others     |
 * | overtaken   | stands behind one that was sent after it was answered                                 |
 * | leaked      | came to a reader of another room, or to a role that may not see it                    |
 * | forked      | was executed twice, and Redis did not lose the first one                              |
 * | contradicted| was refused for good and came nevertheless                                            |
 */
import { maySee } from './audience.ts';
import type { Book, ReaderEntry, SendEntry } from './book.ts';
import { historyOf, type History } from './history.ts';
import { isToldOfDead, isToldOfMissing, needlessReloads } from './missing.ts';
import { accountsOf, orderOf, type Account, type Ranks } from './room-order.ts';

export const faultKinds = [
  'lost',
  'untold',
  'vanished',
  'duplicated',
  'disordered',
  'overtaken',
  'leaked',
  'forked',
  'contradicted',
] as const;

export type FaultKind = (typeof faultKinds)[number];

/** `reader`: who saw it; `log` when it shows without a reader. */
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
  /** Of those, in rooms of which Redis had lost nothing. */
  needlessReloads: number;
  counts: Record<FaultKind, number>;
  /** The first of each kind. */
  findings: Record<FaultKind, Finding[]>;
}

const findingsMax = 20;

export const reconcile = (book: Book): Reconciliation => {
  const history = historyOf(book);
  const sum = createSum(book, history);
  const sendsByRoom = groupSends(book.sends);
  const accounts = new Map<number, Account[]>();
  judgeExecutions(book, history, sum.add);
  for (const reader of book.readers) {
    judgeReceipts(reader, book.sends, sum.add);
    judgeDead(reader, history, sum.add);
    const received = (at: number) => executionFor(reader, book.sends, { at, history });
    for (const [room, account] of accountsOf(reader, received))
      accounts.set(room, [...(accounts.get(room) ?? []), account]);
  }
  const desks = book.readers.filter(({ room }) => room === undefined);
  const members = Map.groupBy(book.readers, ({ room }) => room);
  for (const [room, numbers] of sendsByRoom) {
    const own = accounts.get(room) ?? [];
    const seen = own.map(({ executions }) => executions.map(({ index }) => index));
    const ranks = orderOf([history.order(room).map(({ index }) => index), ...seen]);
    for (const account of own) {
      judgeOrder(account, ranks, sum.add);
      judgeOvertaking(account, book.sends, sum.add);
    }
    for (const reader of [...(members.get(room) ?? []), ...desks])
      judgeMissing({ reader, numbers, book, history }, sum);
  }
  return sum.total;
};

type Add = (kind: FaultKind, reader: string, number: number) => void;
type Sum = ReturnType<typeof createSum>;

const createSum = ({ sends, readers }: Book, history: History) => {
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
    needlessReloads: readers.reduce((sum, reader) => sum + needlessReloads(reader, history), 0),
    counts: record(() => 0),
    findings: record((): Finding[] => []),
  };
  const add: Add = (kind, reader, number) => {
    total.counts[kind] += 1;
    if (total.findings[kind].length < findingsMax) total.findings[kind].push({ reader, number });
  };
  return { total, add };
};

const record = <T>(make: () => T): Record<FaultKind, T> =>
  Object.fromEntries(faultKinds.map((kind) => [kind, make()])) as Record<FaultKind, T>;

const groupSends = (sends: readonly SendEntry[]): Map<number, number[]> =>
  Map.groupBy(sends.keys(), (number) => (sends[number] as SendEntry).room);

/** What the logs alone show. */
const judgeExecutions = ({ sends }: Book, history: History, add: Add): void => {
  const living = new Set<number>();
  for (const { number, isDead } of history.executions) {
    if (isDead) continue;
    if (living.has(number)) add('forked', 'log', number);
    living.add(number);
  }
  for (const [number, { outcome, eventId }] of sends.entries())
    if (outcome === 'accepted' && history.of(eventId)?.isDead === true)
      add('vanished', 'log', number);
};

/** Leaks, repeats, and what was refused. */
const judgeReceipts = (reader: ReaderEntry, sends: readonly SendEntry[], add: Add): void => {
  const seen = new Set<string>();
  for (const [at, number] of reader.numbers.entries()) {
    const eventId = reader.eventIds[at] as string;
    if (seen.has(eventId)) add('duplicated', reader.name, number);
    seen.add(eventId);
    const send = sends[number];
    if (send === undefined || !mayReceive(reader, send)) add('leaked', reader.name, number);
    else if (send.outcome === 'refused') add('contradicted', reader.name, number);
  }
};

const judgeDead = (reader: ReaderEntry, history: History, add: Add): void => {
  for (const [at, eventId] of reader.eventIds.entries()) {
    const execution = history.of(eventId);
    if (execution?.isDead === true && !isToldOfDead(reader, { execution, at }, history))
      add('untold', reader.name, execution.number);
  }
};

const mayReceive = ({ role, room }: ReaderEntry, send: SendEntry): boolean =>
  (room === undefined || room === send.room) && maySee(role, send.kind);

/** What a reader should not have got does not count for the order. */
const executionFor = (
  reader: ReaderEntry,
  sends: readonly SendEntry[],
  { at, history }: { at: number; history: History },
) => {
  const send = sends[reader.numbers[at] as number];
  if (send === undefined || !mayReceive(reader, send)) return undefined;
  return history.of(reader.eventIds[at]);
};

const judgeOrder = ({ reader, executions }: Account, ranks: Ranks, add: Add): void => {
  let highest = -1;
  for (const { index, number } of executions) {
    const rank = ranks.get(index) as number;
    if (rank < highest) add('disordered', reader.name, number);
    else highest = rank;
  }
};

/**
 * From the end: nobody may stand before one that was answered before it was sent. Judged for each reader by
 * itself: two messages that no reader sees both have no order.
 */
const judgeOvertaking = (
  { reader, executions }: Account,
  sends: readonly SendEntry[],
  add: Add,
): void => {
  let earliestAnswerMs = Infinity;
  for (const { number, eventId } of executions.toReversed()) {
    const send = sends[number] as SendEntry;
    if (earliestAnswerMs < send.sentMs) add('overtaken', reader.name, number);
    if (send.outcome === 'accepted' && send.eventId === eventId)
      earliestAnswerMs = Math.min(earliestAnswerMs, send.answeredMs);
  }
};

interface Case {
  reader: ReaderEntry;
  numbers: readonly number[];
  book: Book;
  history: History;
}

const judgeMissing = ({ reader, numbers, book, history }: Case, { total, add }: Sum) => {
  const got = new Set(reader.eventIds);
  const joined = reader.marks.find(({ what }) => what === 'joined');
  for (const number of numbers) {
    const send = book.sends[number] as SendEntry;
    const execution = history.of(send.eventId);
    if (send.outcome !== 'accepted' || !mayReceive(reader, send) || execution === undefined)
      continue;
    const hasCome = got.has(execution.eventId);
    const isBefore = joined !== undefined && send.sentMs < joined.atMs;
    if (!isBefore || hasCome) total.due += 1;
    if (isBefore || hasCome) continue;
    if (isToldOfMissing(reader, { execution, send }, history)) total.told += 1;
    else add('lost', reader.name, number);
  }
};
