/** Puts an operation onto HTTP: its schema, its body limit, its headers. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { defaultLimits } from '@switchboard/protocol';
import type { AnyOperation, Call } from './operation.ts';
import { invalid } from './problem.ts';
import { documentedRoute } from './route-schema.ts';

export function addOperation(
  app: FastifyInstance,
  operation: AnyOperation,
  bulkMaxBytes: number,
): void {
  const { method, path, body, answer, run } = operation;
  app.route({
    method,
    url: path,
    ...(operation.bulk === true && { bodyLimit: bulkMaxBytes }),
    schema: documentedRoute({ ...operation, body, answer, headers: idempotencyHeader }),
    handler: async (request) => run(request.body, callOf(request)),
  });
}

export const idempotencyHeader = z.object({
  'idempotency-key': z.string().optional().meta({
    description: 'Holds 24 h per path and chat: the same call again gets the first answer.',
  }),
});

export function callOf(request: FastifyRequest): Call {
  const { tokenName, bodyText } = request;
  const idempotencyKey = idempotencyKeyOf(request);
  return { tokenName, bodyText, ...(idempotencyKey !== undefined && { idempotencyKey }) };
}

function idempotencyKeyOf(request: FastifyRequest): string | undefined {
  const key = request.headers['idempotency-key'];
  if (key === undefined) return undefined;
  if (typeof key === 'string' && key !== '' && key.length <= defaultLimits.idempotencyKeyMaxChars)
    return key;
  throw invalid(
    'Idempotency-Key',
    `must have 1 to ${defaultLimits.idempotencyKeyMaxChars} characters`,
  );
}
