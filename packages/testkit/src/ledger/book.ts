/** What was sent, answered and received, as it is written down while a run goes on. Times in ms of the run. */
import type { Kind, Role } from './audience.ts';

export interface SendEntry {
  room: number;
  kind: Kind;
  /** The reader who sends it over its socket, or the number of an HTTP sender. */
  sender: string | number;
  /** When it was tried first; Infinity: not at all. */
  sentMs: number;
  attempts: number;
  /** `open`: no answer yet, it may or may not be accepted. */
  outcome: 'open' | 'accepted' | 'refused';
  /** Of a refusal over a socket: its code, and the backend's own one. */
  code?: string | undefined;
  reason?: string | undefined;
  answeredMs: number;
  /** The answer's, where it has one. */
  eventId: string | undefined;
  position?: string | undefined;
}

/** Something that happened to a reader, and how many receipts it had then. */
export interface ReaderMark {
  /** `joined`: first `connected`; `told`: it has to reload; `back`: resumed; `away`: the socket is gone. */
  what: 'joined' | 'told' | 'back' | 'away';
  atMs: number;
  receipts: number;
  closeCode?: number;
  /** Where the stream begins, as `connected` says it. */
  position?: string;
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
  eventIds: string[];
  /** Of a desk: `<partition>:<token>`. */
  positions: string[];
  marks: ReaderMark[];
}

/** What the log of a room holds when all is over. */
export interface RoomLog {
  /** Oldest first. */
  entries: { eventId: string; position: string; number: number }[];
  /** False: older entries were dropped, as the log's bounds have it. */
  isWhole: boolean;
}

export interface Book {
  sends: SendEntry[];
  readers: ReaderEntry[];
  /** By room; a room that is not there was not asked. */
  logs: Map<number, RoomLog>;
  /** Faults, for the picture. */
  faults: { atMs: number; label: string }[];
  /** Upgrades that were refused, by what was answered. */
  refusals: Map<string, number>;
  /** Socket messages that were to be sent again, by the code that was answered. */
  setbacks: Map<string, number>;
  /** Who was told that a message was not added that somebody else had sent. */
  strays: string[];
}

export const createBook = (): Book => ({
  sends: [],
  readers: [],
  logs: new Map(),
  faults: [],
  refusals: new Map(),
  setbacks: new Map(),
  strays: [],
});
