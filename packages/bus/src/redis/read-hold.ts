/**
 * Leaves unhandled for a moment what Redis pushes over one connection: it waits in the stream, and what
 * that does not take in the kernel, in order.
 */
import type { Redis } from 'ioredis';
import { streamOf } from './stream-of.ts';

/** For so long, ms; while it is held already it changes nothing. */
export type ReadHold = (forMs: number) => void;

export function createReadHold(redis: Redis): ReadHold {
  let isHeld = false;
  return (forMs) => {
    if (isHeld || redis.status !== 'ready') return;
    // Of this connection, even if it breaks meanwhile: the next one begins unheld.
    const stream = streamOf(redis);
    isHeld = true;
    stream.pause();
    setTimeout(() => {
      isHeld = false;
      stream.resume();
    }, forMs);
  };
}
