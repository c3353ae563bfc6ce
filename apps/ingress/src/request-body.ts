/**
 * Reads the bytes of a request, up to a limit. What is over it is still taken in and dropped, within
 * a bound: an answer to somebody who is still sending is lost, because the connection breaks first.
 */
import type { Readable } from 'node:stream';
import { problem } from './problem.ts';

/** Dropped at most; who sends even more is cut off. */
const droppedMaxBytes = 16 * 1024 * 1024;

/** Resolves with the whole body; rejects with 413, or when the client breaks off. */
export function readBody(stream: Readable, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  return new Promise((resolve, reject) => {
    const end = () => {
      if (bytes > maxBytes) reject(problem('body_too_large'));
      else
        resolve(chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks));
    };
    stream.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= maxBytes) chunks.push(chunk);
      else if (bytes > maxBytes + droppedMaxBytes) end();
      else chunks.length = 0;
    });
    stream.once('end', end);
    // A client that goes away is no defect of ours.
    stream.once('error', () => reject(brokeOff()));
    stream.once('close', () => {
      // Every request closes; an error object is built only for the few whose body broke off.
      if (!stream.readableEnded) reject(brokeOff());
    });
  });
}

function brokeOff() {
  return problem('malformed', { detail: 'The body broke off.' });
}
