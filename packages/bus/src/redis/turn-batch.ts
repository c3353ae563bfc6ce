/**
 * Commands that are sent in one turn of the event loop leave in one write.
 *
 * ioredis' own automatic pipelining is not used: a script that is defined while a pipeline waits
 * throws outside of any call, and in a cluster a pipeline is silently sent again after a broken
 * connection. Here every command stays one by itself; only their bytes go out together.
 */
import type { Redis } from 'ioredis';
import type { Socket } from 'node:net';
import { streamOf } from './stream-of.ts';

export function batchTurns(redis: Redis): void {
  redis.on('connect', () => batchWrites(streamOf(redis)));
}

/** Commands without binary arguments are texts, and one long text is written for less than many short ones. */
function batchWrites(stream: Socket): void {
  const write = stream.write.bind(stream);
  const end = stream.end.bind(stream);
  let texts: string[] = [];
  const flush = () => {
    const text = texts.join('');
    texts = [];
    if (text !== '' && stream.writable) write(text);
  };
  stream.write = ((...args: Parameters<typeof stream.write>) => {
    const [chunk] = args;
    if (args.length === 1 && typeof chunk === 'string') {
      if (texts.length === 0) setImmediate(flush);
      texts.push(chunk);
      return true;
    }
    flush();
    return write(...args);
  }) as typeof stream.write;
  stream.end = ((...args: Parameters<typeof stream.end>) => {
    flush();
    return end(...args);
  }) as typeof stream.end;
}
