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
  stop(): void;
}

export function createSlowReaders({
  table,
  bufferMaxBytes,
  everyMs,
}: SlowReadersOptions): SlowReaders {
  let timer: ReturnType<typeof setInterval> | undefined;
  const look = () => {
    for (const session of table.all()) endIfSlow(session, bufferMaxBytes);
  };
  return {
    start() {
      timer = setInterval(look, everyMs);
      timer.unref();
    },
    stop: () => clearInterval(timer),
  };
}

function endIfSlow(session: Session, bufferMaxBytes: number): void {
  if (session.connection.bufferedBytes > bufferMaxBytes) session.end('slow_consumer');
}
