/**
 * Closes sockets whose reader is too slow before their buffer is full: once it is, frames are lost and
 * not even the close frame gets through.
 */
import type { Session } from './session.ts';
import type { SessionTable } from './session-table.ts';

export interface SlowReadersOptions {
  readonly table: SessionTable;
  /** Bytes that may wait in one socket. */
  readonly bufferMaxBytes: number;
  readonly everyMs: number;
}

export interface SlowReaders {
  start(): void;
  /** So many bytes were given to sockets: looks sooner when there is much traffic. */
  sent(bytes: number): void;
  stop(): void;
}

export function createSlowReaders({
  table,
  bufferMaxBytes,
  everyMs,
}: SlowReadersOptions): SlowReaders {
  let timer: ReturnType<typeof setInterval> | undefined;
  let sentBytes = 0;
  const look = () => {
    sentBytes = 0;
    for (const session of table.all()) endIfSlow(session, bufferMaxBytes);
  };
  return {
    start() {
      timer = setInterval(look, everyMs);
      timer.unref();
    },
    sent(bytes) {
      const before = sentBytes;
      sentBytes += bytes;
      // No socket can have got more than this since the last look. Once, and when it has been written.
      const limit = bufferMaxBytes / 2;
      if (before <= limit && sentBytes > limit) setImmediate(look);
    },
    stop: () => clearInterval(timer),
  };
}

function endIfSlow(session: Session, bufferMaxBytes: number): void {
  if (session.connection.bufferedBytes > bufferMaxBytes) session.end('slow_consumer');
}
