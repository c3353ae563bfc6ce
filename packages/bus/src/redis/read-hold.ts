/**
 * Leaves unhandled for a moment what Redis pushes over one connection: it waits in the stream, and what
 * that does not take in the kernel, in order.
 */
import type { Redis } from 'ioredis';
import type { Duplex } from 'node:stream';

/** For so long, ms; while it is held already it changes nothing. */
export type ReadHold = (forMs: number) => void;

export function createReadHold(redis: Redis): ReadHold {
  let isHeld = false;
  return (forMs) => {
    if (isHeld || redis.status !== 'ready') return;
    // Of this connection, even if it breaks meanwhile: the next one begins unheld.
    const { stream } = redis as unknown as { stream: Duplex };
    isHeld = true;
    stream.pause();
    setTimeout(() => {
      isHeld = false;
      stream.resume();
    }, forMs);
  };
}
