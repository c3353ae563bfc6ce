/** `POST /batch`: many calls in one, each with its own answer; those of one chat in their order. */
import { batchAnswer, type BatchAnswer } from '@switchboard/protocol';
import type { FastifyInstance } from 'fastify';
import { readBatchItem, type BatchItem } from '../batch-item.ts';
import { inOrder } from '../in-order.ts';
import { readNdjson } from '../ndjson.ts';
import type { AnyOperation, Call } from '../operation.ts';
import { callOf, idempotencyHeader } from '../operation-route.ts';
import { invalid, problem } from '../problem.ts';
import { problemOf } from '../problem-of.ts';
import { bodyParser } from '../request-body.ts';
import { documentedRoute } from '../route-schema.ts';
import type { Schemas } from '../schemas.ts';

export interface BatchOptions {
  readonly schemas: Pick<Schemas, 'batch'>;
  readonly operations: readonly AnyOperation[];
  readonly maxBytes: number;
  readonly maxItems: number;
  /** How many chats are worked on at a time. */
  readonly maxConcurrency: number;
  /** Of the body of an item, unless its operation takes more. */
  readonly itemMaxBytes: number;
  readonly depthMax: number;
  /** Counts the items of a call that has been counted as one. Rejects with 429: nothing is done. */
  readonly admit: (tokenName: string, items: number) => Promise<void>;
  /** A defect of ours in one of the items. */
  readonly onDefect: (error: unknown) => void;
}

export function addBatch(app: FastifyInstance, options: BatchOptions): void {
  app.addContentTypeParser(
    ['application/x-ndjson', 'application/ndjson'],
    bodyParser((_request, bytes) => {
      const lines = readNdjson(bytes, options.depthMax);
      if (!lines.ok) throw problem('malformed', { detail: lines.reason });
      return lines.values;
    }),
  );
  app.post('/batch', {
    bodyLimit: options.maxBytes,
    schema: documentedRoute({
      operationId: 'createBatch',
      summary: 'Many calls in one',
      description:
        'An array, or NDJSON (`application/x-ndjson`). Items of one chat are done in their order, different chats side by side. An `Idempotency-Key` holds for each item by its place.',
      tag: 'Bulk',
      body: options.schemas.batch,
      answer: batchAnswer,
      headers: idempotencyHeader,
    }),
    // Each item is judged on its own, so the body is not judged as a whole.
    validatorCompiler: () => (value: unknown) => ({ value }),
    handler: async (request) => {
      const items = itemsOf(request.body, options.maxItems);
      if (items.length > 1) await options.admit(request.tokenName, items.length);
      return runBatch(items, callOf(request), options);
    },
  });
}

function itemsOf(body: unknown, maxItems: number): readonly unknown[] {
  if (!Array.isArray(body)) throw invalid('', 'must be an array of items');
  if (body.length > maxItems) throw invalid('', `must have at most ${maxItems} items`);
  return body;
}

function runBatch(
  items: readonly unknown[],
  call: Call,
  options: BatchOptions,
): Promise<BatchAnswer> {
  const jobs = items.map((item, index) => {
    const read = readBatchItem(item, options);
    if (!read.ok) return { lane: `refused ${index}`, run: async () => answerOf(read.problem) };
    const { chatId } = read.item;
    return {
      lane: chatId === undefined ? 'feed' : `chat ${chatId}`,
      run: () => runItem(read.item, itemCall(call, read.item, index), options.onDefect),
    };
  });
  return inOrder(jobs, options.maxConcurrency);
}

function itemCall(
  { tokenName, idempotencyKey }: Call,
  { bodyText }: BatchItem,
  index: number,
): Call {
  const key = idempotencyKey === undefined ? {} : { idempotencyKey: `${idempotencyKey}#${index}` };
  return { tokenName, bodyText, ...key };
}

async function runItem(
  { operation, body }: BatchItem,
  call: Call,
  onDefect: BatchOptions['onDefect'],
): Promise<BatchAnswer[number]> {
  try {
    return { status: 200, body: await operation.run(body, call) };
  } catch (error) {
    const found = problemOf(error);
    if (found.code === 'internal') onDefect(error);
    return answerOf(found);
  }
}

function answerOf(found: ReturnType<typeof problemOf>): BatchAnswer[number] {
  return { status: found.body.status, body: found.body };
}
