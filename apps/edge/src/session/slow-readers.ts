/**
 * Bounds what waits in memory for readers that are too slow: per socket with a soft mark before the hard
 * one, and for the process. uWebSockets.js does not tell who lags behind a publish, so the sockets are
 * looked at: never per event, but after so many bytes that one of them may have crossed a mark, and a
 * slice of them per turn.
 */
import type { Session } from './session.ts';
import type { SessionTable } from './session-table.ts';

export interface SlowReadersOptions {
  readonly table: SessionTable;
  readonly limits: BufferLimits;
  /** Closed sockets that have something to read yet: they count, and are the first to be cut. */
  readonly partings: { readonly bufferedBytes: number; cutAll(): void };
  /** From now on it gets what is logged and nothing else; or everything again. */
  readonly spare: (session: Session, isSpared: boolean) => void;
  readonly counts: SlowReaderCounts;
  readonly everyMs: number;
}

export interface BufferLimits {
  /** Above it a socket gets no ephemeral events. */
  readonly socketSoftBytes: number;
  readonly socketMaxBytes: number;
  /** Of all sockets together. */
  readonly processMaxBytes: number;
}

export interface SlowReaderCounts {
  softMarked(): void;
  closedFor(limit: 'socket' | 'process'): void;
}

export interface SlowReaders {
  /** What waited at the last look. */
  readonly bufferedBytes: number;
  start(): void;
  /** So many bytes were given to so many sockets: looks sooner when there is much traffic. */
  sent(bytes: number, sockets: number): void;
  /** A frame to one socket waits. */
  pressed(): void;
  stop(): void;
}

/** Sockets looked at in one turn of the loop. */
const sliceMax = 2_000;

export function createSlowReaders(options: SlowReadersOptions): SlowReaders {
  const { table, limits, spare, everyMs } = options;
  let timer: ReturnType<typeof setInterval> | undefined;
  let bufferedBytes = 0;
  /** Since the last look began: to any one socket at most, and to all of them. */
  let sentBytes = 0;
  let deliveredBytes = 0;
  let isDue = false;
  let isLooking = false;

  const look = () => {
    if (isLooking) return;
    isLooking = true;
    isDue = false;
    sentBytes = 0;
    deliveredBytes = 0;
    lookOn(table.all(), []);
  };
  const lookOn = (left: IterableIterator<Session>, lagging: Lagging[]) => {
    for (let count = 0; count < sliceMax; count += 1) {
      const next = left.next();
      if (next.done === true) return conclude(lagging);
      judge(next.value, lagging);
    }
    setImmediate(lookOn, left, lagging);
  };
  const judge = (session: Session, lagging: Lagging[]) => {
    const bytes = session.connection.bufferedBytes;
    const { socketSoftBytes, socketMaxBytes } = limits;
    if (bytes > socketMaxBytes) return endSlow(session, 'socket', options);
    if (bytes > 0) lagging.push({ session, bytes });
    if (session.isSpared) {
      if (bytes <= socketSoftBytes / 2) spare(session, false);
      else isDue = true;
    } else if (bytes > socketSoftBytes && session.phase === 'live') {
      options.counts.softMarked();
      spare(session, true);
      isDue = true;
    }
  };
  const conclude = (lagging: Lagging[]) => {
    isLooking = false;
    bufferedBytes = boundProcess(lagging, options);
    // Who lags is looked at again, traffic or none, until nothing waits.
    if (bufferedBytes > 0) isDue = true;
  };
  return {
    get bufferedBytes() {
      return bufferedBytes;
    },
    start() {
      timer = setInterval(() => isDue && look(), everyMs);
      timer.unref();
    },
    sent(bytes, sockets) {
      isDue = true;
      const wasEnough = isEnough(sentBytes, deliveredBytes, limits);
      sentBytes += bytes;
      deliveredBytes += bytes * sockets;
      // Once, and when it has been written.
      if (!wasEnough && isEnough(sentBytes, deliveredBytes, limits)) setImmediate(look);
    },
    pressed: () => void (isDue = true),
    stop: () => clearInterval(timer),
  };
}

interface Lagging {
  readonly session: Session;
  readonly bytes: number;
}

/** One socket may have come half the way to its limit, or all of them a quarter of theirs. */
function isEnough(sentBytes: number, deliveredBytes: number, limits: BufferLimits): boolean {
  return sentBytes > limits.socketMaxBytes / 2 || deliveredBytes > limits.processMaxBytes / 4;
}

/** Over the limit those go who have been told already, then who has most to read. Gives what waits. */
function boundProcess(lagging: Lagging[], options: SlowReadersOptions): number {
  const { partings, limits } = options;
  const live = lagging.reduce((sum, { bytes }) => sum + bytes, 0);
  const leaving = partings.bufferedBytes;
  if (live + leaving <= limits.processMaxBytes) return live + leaving;
  partings.cutAll();
  let left = live;
  for (const { session, bytes } of lagging.toSorted((a, b) => b.bytes - a.bytes)) {
    if (left <= limits.processMaxBytes) break;
    endSlow(session, 'process', options);
    left -= bytes;
  }
  return live;
}

function endSlow(
  session: Session,
  limit: 'socket' | 'process',
  { counts }: SlowReadersOptions,
): void {
  if (session.phase === 'ended') return;
  session.end('slow_consumer');
  counts.closedFor(limit);
}
