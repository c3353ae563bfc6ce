/**
 * Reads the bytes of a request, up to a limit. What is over it is still taken in and dropped, within
 * a bound: an answer to somebody who is still sending is lost, because the connection breaks first.
 *
 * By callbacks: promises on the way of every call cost more than its reading.
 */
import type { Readable } from 'node:stream';
import type { FastifyRequest } from 'fastify';
import { problem, type Problem } from './problem.ts';

/** Dropped at most; who sends even more is cut off. */
const droppedMaxBytes = 16 * 1024 * 1024;

/** As Fastify has it. */
type BodyParser = (
  request: FastifyRequest,
  stream: Readable,
  done: (error: Error | null, body?: unknown) => void,
) => void;

/** Reads a body within its route's limit. `parse` gives its value, or throws a Problem. */
export function bodyParser(parse: (request: FastifyRequest, bytes: Buffer) => unknown): BodyParser {
  return (request, stream, done) =>
    readBody(stream, request.routeOptions.bodyLimit, (refusal, bytes) => {
      if (bytes === undefined) return done(refusal);
      // Read before it is refused, as what is too long.
      if (isEncoded(request)) return done(problem('unsupported_media_type'));
      let value: unknown;
      try {
        value = parse(request, bytes);
      } catch (error) {
        return done(error as Error);
      }
      done(null, value);
    });
}

function isEncoded(request: FastifyRequest): boolean {
  const encoding = request.headers['content-encoding'];
  return encoding !== undefined && encoding.toLowerCase() !== 'identity';
}

/** Called once: with the whole body, or with 413, or when the client breaks off. */
type BodyRead = (refusal: Problem | null, bytes?: Buffer) => void;

function readBody(stream: Readable, maxBytes: number, read: BodyRead): void {
  const chunks: Buffer[] = [];
  let bytes = 0;
  let isSettled = false;
  const settle: BodyRead = (refusal, body) => {
    isSettled = true;
    read(refusal, body);
  };
  const end = () => {
    if (isSettled) return;
    if (bytes > maxBytes) settle(problem('body_too_large'));
    else settle(null, chunks.length === 1 ? chunks[0] : Buffer.concat(chunks));
  };
  // Every request closes. A client that goes away before its end is no defect of ours.
  const breakOff = () => {
    if (!isSettled) settle(problem('malformed', { detail: 'The body broke off.' }));
  };
  stream.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes <= maxBytes) chunks.push(chunk);
    else if (bytes > maxBytes + droppedMaxBytes) end();
    else chunks.length = 0;
  });
  stream.on('end', end);
  stream.on('error', breakOff);
  stream.on('close', breakOff);
}
