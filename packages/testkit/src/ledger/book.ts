/** What was sent, answered and received, as it is written down while a run goes on. Times in ms of the run. */
import type { Kind, Role } from './audience.ts';

export interface SendEntry {
  room: number;
  kind: Kind;
  /** When it was tried first. */
  sentMs: number;
  attempts: number;
  /** `open`: no answer yet, it may or may not be accepted. */
  outcome: 'open' | 'accepted' | 'refused';
  answeredMs: number;
  /** The answer's, where it has one. */
  eventId: string | undefined;
}

/** Something that happened to a reader, and how many receipts it had then. */
export interface ReaderMark {
  /** `joined`: first `connected`; `told`: it has to reload; `back`: resumed; `away`: the socket is gone. */
  what: 'joined' | 'told' | 'back' | 'away';
  atMs: number;
  receipts: number;
  closeCode?: number;
}

export interface ReaderEntry {
  name: string;
  role: Role;
  /** Undefined at the desk, which hears of every room. */
  room: number | undefined;
  /** Numbers of sends, in the order of arrival. */
  numbers: number[];
  /** When each of them came. */
  timesMs: number[];
  marks: ReaderMark[];
}

/** One number under another event id than before: it was executed twice. */
export interface Fork {
  number: number;
  reader: string;
}

export interface Book {
  sends: SendEntry[];
  readers: ReaderEntry[];
  forks: Fork[];
  /** Faults, for the picture. */
  faults: { atMs: number; label: string }[];
  /** Upgrades that were refused, by what was answered. */
  refusals: Map<string, number>;
}

export const createBook = (): Book => ({
  sends: [],
  readers: [],
  forks: [],
  faults: [],
  refusals: new Map(),
});
