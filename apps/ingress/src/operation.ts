/**
 * An operation of the contract, apart from HTTP: `/batch` runs the same ones as the routes do.
 * An operation returns its answer or throws a Problem; it knows neither request nor reply.
 */
import type { z } from 'zod';

/** Who calls, and with what beside the validated body. */
export interface Call {
  /** The calling service, by its API token. */
  readonly tokenName: string;
  readonly idempotencyKey?: string;
  /** The body as it was sent: JSON text. */
  readonly bodyText: string;
}

export interface Operation<Body> {
  readonly method: 'POST' | 'PUT' | 'PATCH';
  readonly path: string;
  readonly operationId: string;
  readonly summary: string;
  readonly description?: string;
  readonly tag: string;
  readonly body: z.ZodType<Body>;
  readonly answer: z.ZodType;
  /** True: it is never held back because edges are late. */
  readonly urgent?: boolean;
  /** True: the larger body limit holds. */
  readonly bulk?: boolean;
  /** The chat whose order the call takes part in; undefined: the order of operators and global. */
  readonly chatIdOf: (body: Body) => string | undefined;
  readonly run: (body: Body, call: Call) => Promise<object>;
}

/** An operation whose body type is its own business: only its own schema's output goes into it. */
// oxlint-disable-next-line typescript/no-explicit-any -- a list of operations with different bodies
export type AnyOperation = Operation<any>;
