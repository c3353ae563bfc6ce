/**
 * A refusal that costs next to nothing, for when there is too much: rendered once, sent past Fastify's
 * sending, without an error. The body is not read; Node takes it in and drops it, so that the answer is not
 * lost and the connection stays.
 */
import type { FastifyReply } from 'fastify';
import type { ProblemCode } from '@switchboard/protocol';
import { problem, problemType, type ProblemDetails } from './problem.ts';
import { dataHeaders } from './security-headers.ts';

/** Answers with the problem. Nothing else may answer then, and no hook goes on. */
export type RenderedRefusal = (reply: FastifyReply) => void;

export function renderRefusal(code: ProblemCode, details: ProblemDetails): RenderedRefusal {
  const { body, headers } = problem(code, details);
  const text = JSON.stringify(body);
  const head = {
    ...dataHeaders,
    ...headers,
    'content-type': problemType,
    'content-length': Buffer.byteLength(text),
  };
  return (reply) => {
    reply.hijack();
    // While it stops, a connection ends with its answer: see `server.ts`.
    const isOpen = reply.server.server.listening;
    reply.raw.writeHead(body.status, isOpen ? head : { ...head, connection: 'close' });
    reply.raw.end(text);
  };
}
