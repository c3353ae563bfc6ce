/**
 * A minimal client: it resumes with `since` after every close and break as the contract says, gives up a
 * connection that is silent, notes what it receives, and sends what it is given until it is answered.
 */
import type { Book, ReaderEntry, ReaderMark } from './book.ts';
import { dial, type Call, type Frame, type Line } from './dial.ts';
import { createMailbox, type Mailbox } from './mailbox.ts';
import { noteReceipt } from './note-receipt.ts';
import { createPositions } from './positions.ts';

export interface RoamerOptions {
  book: Book;
  entry: ReaderEntry;
  call: Omit<Call, 'edge' | 'since'>;
  /** Where to connect next. */
  nextEdge: () => string | undefined;
  /** Before attempt n (from 1) to come back, in ms. */
  backoffMs: (attempt: number) => number;
  /** False: it stays away when its connection is gone. */
  comesBack: boolean;
  now: () => number;
}

/** It was told that a user has gone. */
export interface Departure {
  user: string;
  atMs: number;
}

export interface Roamer {
  readonly entry: ReaderEntry;
  readonly departures: readonly Departure[];
  /** Has read `connected` on the socket that it has now. */
  isLive(): boolean;
  /** The first `connected`. */
  readonly joined: Promise<void>;
  send: Mailbox['send'];
  /** Breaks its connection without a close frame, and comes back after `awayMs`. */
  cut(awayMs: number): void;
  /** Takes its connection for dead, and comes back, if nothing came over it for so long: not even a ping. */
  giveUpAfter(silenceMs: number): void;
  leave(): void;
}

/** Who reads, and comes back: this file's, or another client that is put to the proof. */
export type CreateReader = (options: RoamerOptions) => Roamer;

const positionLost = 4003;

export const createRoamer = (options: RoamerOptions): Roamer => {
  const { book, entry, now } = options;
  const positions = createPositions(entry.role);
  const mailbox = openMailbox(book, (text) => live && line?.send(text));
  const joined = Promise.withResolvers<void>();
  let line: Line | undefined;
  let live = false;
  let hasLeft = false;
  let attempt = 0;
  let waitMs = 0;
  let timer: NodeJS.Timeout | undefined;
  const departures: Departure[] = [];

  const mark = (what: ReaderMark['what'], more: Partial<ReaderMark> = {}) =>
    addMark(entry, { what, atMs: now(), ...more });
  const welcome = (data: { position: string; resumed?: boolean }) => {
    const { position } = data;
    if (entry.marks.length === 0) mark('joined', { position });
    else mark(!live && data.resumed === true ? 'back' : 'told', { position });
    positions.reset(position);
    live = true;
    attempt = 0;
    joined.resolve();
    mailbox.flush();
  };
  const take = (frame: Frame) => {
    const { event, data, position } = frame;
    if (event === 'connected') return welcome(data);
    if (event === 'disconnecting') waitMs = data.retry_after_ms ?? 0;
    if (event === 'userDisconnected') departures.push({ user: data.user.id, atMs: now() });
    if (event === 'checkpoint') positions.reset(data.position);
    if (frame.request_id !== undefined) mailbox.answer(frame);
    if (isAstray(frame, mailbox)) book.strays.push(entry.name);
    if (event === 'messageAdded' && frame.duplicate !== true) noteReceipt(entry, frame, now());
    if (position !== undefined) positions.take(position);
  };
  const connect = () => {
    timer = undefined;
    const edge = options.nextEdge();
    if (edge === undefined) return later();
    line = dial(
      { ...options.call, edge, since: positions.since() },
      { frame: take, error: (reason) => !live && count(book.refusals, reason), closed: lost },
    );
  };
  const lost = (code: number) => {
    if (live) mark('away', { closeCode: code });
    if (code === positionLost) positions.forget();
    live = false;
    if (code >= 4500 || hasLeft || !options.comesBack) return;
    later();
  };
  const later = () => {
    attempt += 1;
    timer = setTimeout(connect, waitMs + options.backoffMs(attempt));
    waitMs = 0;
  };

  connect();
  return {
    entry,
    departures,
    isLive: () => live,
    joined: joined.promise,
    send: mailbox.send,
    cut: (awayMs) => {
      if (!live) return;
      waitMs = awayMs;
      line?.cut();
    },
    giveUpAfter: (silenceMs) => {
      if (live && line !== undefined && line.silentMs() > silenceMs) line.cut();
    },
    leave: () => {
      hasLeft = true;
      clearTimeout(timer);
      mailbox.close();
      line?.cut();
    },
  };
};

const openMailbox = ({ setbacks }: Book, transmit: (text: string) => unknown): Mailbox =>
  createMailbox(transmit, (code) => count(setbacks, code));

const isAstray = ({ event, data }: Frame, mailbox: Mailbox): boolean =>
  event === 'messageNotAdded' && !mailbox.isOwn(data.client_message_id);

const addMark = (entry: ReaderEntry, mark: Omit<ReaderMark, 'receipts'>): void =>
  void entry.marks.push({ ...mark, receipts: entry.numbers.length });

const count = (counts: Map<string, number>, name: string): void =>
  void counts.set(name, (counts.get(name) ?? 0) + 1);
