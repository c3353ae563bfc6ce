/**
 * Commands that are sent in one turn of the event loop leave in one write.
 *
 * ioredis' own automatic pipelining is not used: a script that is defined while a pipeline waits
 * throws outside of any call, and in a cluster a pipeline is silently sent again after a broken
 * connection. A corked stream keeps every command by itself.
 */
import type { Redis } from 'ioredis';
import type { Socket } from 'node:net';

export function batchTurns(redis: Redis): void {
  redis.on('connect', () => batchWrites(streamOf(redis)));
}

function batchWrites(stream: Socket): void {
  const write = stream.write.bind(stream);
  let corked = false;
  const uncork = () => {
    corked = false;
    stream.uncork();
  };
  stream.write = ((...args: Parameters<typeof stream.write>) => {
    if (!corked) {
      corked = true;
      stream.cork();
      setImmediate(uncork);
    }
    return write(...args);
  }) as typeof stream.write;
}

/** The client does not declare its socket as public; it is there whenever `connect` is emitted. */
function streamOf(redis: Redis): Socket {
  return (redis as unknown as { stream: Socket }).stream;
}
