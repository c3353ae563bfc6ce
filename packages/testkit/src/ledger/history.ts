/**
 * What became of every execution: whether it is still in its log, and where that log was rolled back.
 * Within one log places rise with time, whatever happened to Redis; what is not in the log at the end is
 * *dead*, and between something dead and the next that is kept the log began a new chain.
 */
import type { Book, ReaderEntry, RoomLog } from './book.ts';

const placesPerMs = 4096;

/** A stream id as a number that sorts like it; 0 for the place before everything. */
export const placeOf = (position: string | undefined): number => {
  const [, ms = 0, sequence = 0] = /^(?:\d+:)?(\d+)-(\d+)/u.exec(position ?? '') ?? [];
  return Number(ms) * placesPerMs + Math.min(Number(sequence), placesPerMs - 1);
};

/** The first place of the millisecond that a place is in. */
export const millisecondOf = (place: number): number => place - (place % placesPerMs);

/** One event that happened because of a send. A send has several when it was executed again. */
export interface Execution {
  index: number;
  eventId: string;
  number: number;
  room: number;
  /** In the room's log and in the feed; undefined where nobody saw it. */
  inRoom: number | undefined;
  inFeed: number | undefined;
  isDead: boolean;
}

export interface History {
  readonly executions: readonly Execution[];
  of(eventId: string | undefined): Execution | undefined;
  /** Of a room: what is in the log, in its order, and what is not, where it stood. */
  order(room: number): readonly Execution[];
  /** Undefined when no desk ever heard of the room. */
  partitionOf(room: number): string | undefined;
  /** Where an execution stands in the log that this reader follows. */
  placeFor(reader: ReaderEntry, execution: Execution): number | undefined;
  /** Whether the log of this room, as this reader follows it, began a new chain between two places. */
  hasBroken(reader: ReaderEntry, room: number, from: number, to: number): boolean;
}

export const historyOf = (book: Book): History => {
  const executions = new Map<string, Execution>();
  const partitions = new Map<number, string>();
  const find = (eventId: string, number: number, room: number): Execution => {
    const known = executions.get(eventId);
    if (known !== undefined) return known;
    const unplaced = { inRoom: undefined, inFeed: undefined, isDead: false };
    const made = { index: executions.size, eventId, number, room, ...unplaced };
    executions.set(eventId, made);
    return made;
  };
  for (const [room, { entries }] of book.logs)
    for (const { eventId, number, position } of entries)
      find(eventId, number, room).inRoom = placeOf(position);
  for (const [number, { eventId, position, room }] of book.sends.entries()) {
    if (eventId === undefined) continue;
    const execution = find(eventId, number, room);
    if (position !== undefined) execution.inRoom ??= placeOf(position);
  }
  for (const { role, numbers, eventIds, positions } of book.readers) {
    for (const [at, number] of numbers.entries()) {
      const send = book.sends[number];
      if (send === undefined) continue;
      const execution = find(eventIds[at] as string, number, send.room);
      const position = positions[at] as string;
      if (role !== 'desk') execution.inRoom ??= placeOf(position);
      else {
        execution.inFeed ??= placeOf(position);
        partitions.set(send.room, position.slice(0, position.indexOf(':')));
      }
    }
  }
  const all = [...executions.values()];
  for (const execution of all) execution.isDead = isDead(execution, book);
  const chains = createChains(all, partitions);
  const byRoom = Map.groupBy(all, ({ room }) => room);
  return {
    executions: all,
    of: (eventId) => (eventId === undefined ? undefined : executions.get(eventId)),
    order: (room) => orderOf(byRoom.get(room) ?? [], book.logs.get(room)),
    partitionOf: (room) => partitions.get(room),
    placeFor: ({ role }, { inRoom, inFeed }) => (role === 'desk' ? (inFeed ?? inRoom) : inRoom),
    hasBroken: ({ role }, room, from, to) => chains(role === 'desk', room).hasBroken(from, to),
  };
};

/** The log's own order; what it does not have, or has no more, stands by its place. */
const orderOf = (executions: readonly Execution[], log: RoomLog | undefined): Execution[] => {
  const byEvent = new Map(executions.map((execution) => [execution.eventId, execution]));
  const order = (log?.entries ?? []).flatMap(({ eventId }) => byEvent.get(eventId) ?? []);
  const kept = new Set(order);
  const others = executions.filter((one) => !kept.has(one) && one.inRoom !== undefined);
  for (const one of others.toSorted((a, b) => a.inRoom! - b.inRoom!)) {
    const behind = order.findLastIndex(({ inRoom }) => inRoom! < one.inRoom!);
    order.splice(behind + 1, 0, one);
  }
  return order;
};

const isDead = ({ eventId, room, inRoom }: Execution, { logs }: Book): boolean => {
  const log = logs.get(room);
  if (log === undefined || log.entries.some((entry) => entry.eventId === eventId)) return false;
  return log.isWhole || (inRoom ?? Infinity) > placeOf(log.entries[0]?.position);
};

interface Chains {
  hasBroken(from: number, to: number): boolean;
}

/** For desks all rooms of a partition are one log. */
const createChains = (all: readonly Execution[], partitions: ReadonlyMap<number, string>) => {
  const rooms = Map.groupBy(all, ({ room }) => room);
  const feeds = Map.groupBy(all, ({ room }) => partitions.get(room));
  const made = new Map<unknown, Chains>();
  return (isDesk: boolean, room: number): Chains => {
    const key = isDesk ? `feed ${partitions.get(room)}` : room;
    const known = made.get(key);
    if (known !== undefined) return known;
    const own = (isDesk ? feeds.get(partitions.get(room)) : rooms.get(room)) ?? [];
    const chains = chainsOf(
      own.map(({ inRoom, inFeed, isDead: dead }) => ({
        place: (isDesk ? (inFeed ?? inRoom) : inRoom) ?? 0,
        dead,
      })),
    );
    made.set(key, chains);
    return chains;
  };
};

const chainsOf = (entries: { place: number; dead: boolean }[]): Chains => {
  entries.sort((one, other) => one.place - other.place);
  return {
    /** Something dead in `from`.., and after it something kept up to `to` (or no end at all). */
    hasBroken: (from, to) => {
      const dead = entries.find((entry) => entry.dead && entry.place >= from);
      if (dead === undefined || dead.place >= to) return false;
      if (to === Infinity) return true;
      return entries.some((entry) => !entry.dead && entry.place > dead.place && entry.place <= to);
    },
  };
};
