/**
 * Whether a reader was told of what it did not get, or got and Redis has lost. A reload excuses only what
 * a new chain of the log took away: within one chain the reader follows without a gap, whatever else
 * happens to it.
 */
import type { ReaderEntry, ReaderMark, SendEntry } from './book.ts';
import { millisecondOf, placeOf, type Execution, type History } from './history.ts';

/** Desks are told in band over 5 s, and go on receiving meanwhile; a loaded machine takes longer. */
const deskSpreadMs = 10_000;

interface Receipt {
  at: number;
  place: number;
}

/** One reader's receipts of the log that a room is in, in the order of their places. */
const receiptsOf = (reader: ReaderEntry, room: number, history: History): Receipt[] => {
  const partition = history.partitionOf(room);
  return reader.eventIds
    .flatMap((eventId, at): Receipt[] => {
      const execution = history.of(eventId);
      const place = execution && history.placeFor(reader, execution);
      if (execution === undefined || place === undefined) return [];
      const isSame =
        reader.role === 'desk'
          ? history.partitionOf(execution.room) === partition
          : execution.room === room;
      return isSame ? [{ at, place }] : [];
    })
    .toSorted((one, other) => one.place - other.place);
};

/** Where the stream of this log began anew. */
const startOf = ({ position = '' }: ReaderMark, partition: string | undefined): number =>
  placeOf(
    position.split(',').find((token) => !token.includes(':') || token.startsWith(`${partition}:`)),
  );

const toldOf = ({ marks }: ReaderEntry): ReaderMark[] =>
  marks.filter(({ what }) => what === 'told');

/** Of something that never came. */
export const isToldOfMissing = (
  reader: ReaderEntry,
  { execution, send }: { execution: Execution; send: SendEntry },
  history: History,
): boolean => {
  const place = history.placeFor(reader, execution);
  const told = toldOf(reader).filter(({ atMs }) => atMs >= send.sentMs);
  if (place === undefined) return execution.isDead && told.length > 0;
  // Its place in a feed from which nobody got it is told by the room's log, which counts for itself
  // within a millisecond.
  const isApproximate = reader.role === 'desk' && execution.inFeed === undefined;
  const coveredFrom = isApproximate ? millisecondOf(place) : place;
  const { room } = execution;
  const partition = history.partitionOf(room);
  const receipts = receiptsOf(reader, room, history);
  const before = receipts.findLast((receipt) => receipt.place < place);
  const after = receipts.find((receipt) => receipt.place > place);
  const starts = reader.marks
    .filter(({ what }) => what !== 'away')
    .map((mark) => startOf(mark, partition))
    .filter((start) => start < coveredFrom);
  const from = Math.max(before?.place ?? 0, ...starts);
  const to = after?.place ?? Infinity;
  if (!history.hasBroken(reader, room, from, to)) return false;
  return told.some(
    (mark) =>
      mark.receipts > (before?.at ?? -1) &&
      isInTime(reader, mark, after?.at) &&
      (execution.isDead || startOf(mark, partition) >= coveredFrom),
  );
};

/** Of something that came and is no longer in the log. */
export const isToldOfDead = (
  reader: ReaderEntry,
  { execution, at }: { execution: Execution; at: number },
  history: History,
): boolean => {
  const place = history.placeFor(reader, execution) ?? 0;
  const after = receiptsOf(reader, execution.room, history).find(
    (receipt) =>
      receipt.place > place && history.hasBroken(reader, execution.room, place, receipt.place),
  );
  return toldOf(reader).some((mark) => mark.receipts > at && isInTime(reader, mark, after?.at));
};

/** Before the reader went on in the new chain. */
const isInTime = (reader: ReaderEntry, mark: ReaderMark, after: number | undefined): boolean =>
  after === undefined ||
  mark.receipts <= after ||
  (reader.role === 'desk' && mark.atMs <= (reader.timesMs[after] as number) + deskSpreadMs);

/** Reloads of a room's reader although nothing in its log was rolled back since it last knew its place. */
export const needlessReloads = (reader: ReaderEntry, history: History): number => {
  const { room } = reader;
  if (room === undefined) return 0;
  return toldOf(reader).filter((mark) => {
    const seen = reader.eventIds.slice(0, mark.receipts).map((eventId) => history.of(eventId));
    const places = seen.map((execution) => execution?.inRoom ?? 0);
    const earlier = reader.marks.slice(0, reader.marks.indexOf(mark));
    const starts = earlier.map(({ position }) => placeOf(position));
    return !history.hasBroken(reader, room, Math.max(0, ...places, ...starts), Infinity);
  }).length;
};
