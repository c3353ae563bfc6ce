/** A route's part of the OpenAPI document, with the answers that every route has. */
import type { FastifyZodOpenApiSchema } from 'fastify-zod-openapi';
import { errors, problemCodes, problem, type ErrorEntry } from '@switchboard/protocol';
import type { z } from 'zod';
import { problemType } from './problem.ts';

export interface RouteText {
  readonly operationId: string;
  readonly summary: string;
  readonly description?: string;
  readonly tag: string;
}

export interface RouteShape extends RouteText {
  readonly body?: z.ZodType;
  readonly answer: z.ZodType;
  readonly querystring?: z.ZodType;
  readonly params?: z.ZodType;
  readonly headers?: z.ZodType;
}

export function documentedRoute(route: RouteShape): FastifyZodOpenApiSchema {
  const { operationId, summary, description, tag, answer, ...shape } = route;
  const { body, querystring, params, headers } = shape;
  return {
    operationId,
    summary,
    tags: [tag],
    security: [{ apiToken: [] }],
    response: { 200: success(answer), ...problemAnswers },
    ...(description !== undefined && { description }),
    ...(body !== undefined && { body }),
    ...(querystring !== undefined && { querystring }),
    ...(params !== undefined && { params }),
    ...(headers !== undefined && { headers }),
  } as FastifyZodOpenApiSchema;
}

function success(schema: z.ZodType) {
  return { description: 'Accepted', content: { 'application/json': { schema } } };
}

const problemAnswers = Object.fromEntries(
  [400, 401, 409, 413, 415, 422, 429, 503].map((status) => [
    status,
    { description: codesOf(status), content: { [problemType]: { schema: problem } } },
  ]),
);

function codesOf(status: number): string {
  return problemCodes
    .filter((code) => (errors[code] as ErrorEntry).status === status)
    .map((code) => `\`${code}\`: ${errors[code].title}`)
    .join('; ');
}
