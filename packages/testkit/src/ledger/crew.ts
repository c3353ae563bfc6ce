/** All readers of a run, or all passers-by, each on a socket of its own. */
import { mintToken } from '../token.ts';
import type { Book } from './book.ts';
import type { PlannedReader } from './plan.ts';
import type { CreateReader, Roamer } from './roamer.ts';

export interface CrewOptions {
  book: Book;
  authSecret: string;
  chatId: (room: number) => string;
  /** Where this reader connects next. */
  edgeFor: (reader: string) => string | undefined;
  backoffMs: (attempt: number) => number;
  /** Readers come back and are in the book; passers-by do not and are not. */
  areReaders: boolean;
  createReader: CreateReader;
  now: () => number;
}

export type Crew = ReadonlyMap<string, Roamer>;

const joinsAtATime = 50;

/** Resolves when every reader has joined. */
export const gatherCrew = async (
  readers: readonly PlannedReader[],
  options: CrewOptions,
): Promise<Crew> => {
  const crew = new Map<string, Roamer>();
  for (let from = 0; from < readers.length; from += joinsAtATime) {
    const joining = await Promise.all(
      readers.slice(from, from + joinsAtATime).map((reader) => startReader(reader, options)),
    );
    for (const roamer of joining) crew.set(roamer.entry.name, roamer);
    await Promise.all(joining.map(({ joined }) => joined));
  }
  return crew;
};

const startReader = async (
  { name, role, room }: PlannedReader,
  crew: CrewOptions,
): Promise<Roamer> => {
  const { book, authSecret, chatId, edgeFor, backoffMs, areReaders, now } = crew;
  const chat = room === undefined ? undefined : chatId(room);
  const token = await mintToken(authSecret, {
    sub: name,
    role: role === 'client' ? 'client' : 'operator',
    ...(role === 'client' && { chat_id: chat as string }),
  });
  const entry = {
    name,
    role,
    room,
    numbers: [],
    timesMs: [],
    eventIds: [],
    positions: [],
    marks: [],
  };
  if (areReaders) book.readers.push(entry);
  const nextEdge = () => edgeFor(name);
  const call = { name, role, chatId: chat, token };
  const options = { book, entry, call, nextEdge, backoffMs, now };
  return crew.createReader({ ...options, comesBack: areReaders });
};
