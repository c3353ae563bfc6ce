import type { Redis } from 'ioredis';
import type { Socket } from 'node:net';

/** The client does not declare its socket as public; it is there whenever `connect` is emitted. */
export function streamOf(redis: Redis): Socket {
  return (redis as unknown as { stream: Socket }).stream;
}
