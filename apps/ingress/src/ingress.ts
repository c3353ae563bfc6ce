/** Ingress as one part: every route, on the parts it is given. `main.ts` builds those. */
import { randomUUID } from 'node:crypto';
import type { Bus } from '@switchboard/bus';
import type { Limits, Stamp } from '@switchboard/protocol';
import type { Health, Logger, Metrics } from '@switchboard/runtime';
import type { FastifyInstance } from 'fastify';
import { createConcurrencyLimit } from './admission.ts';
import { createApiTokens } from './api-tokens.ts';
import { createAppend } from './append.ts';
import { requireToken } from './authentication.ts';
import type { IngressConfig } from './config.ts';
import { createIdempotency } from './idempotency.ts';
import { createMeasurements, type Measurements } from './measurements.ts';
import { watchMethods } from './method-not-allowed.ts';
import { addOperation } from './operation-route.ts';
import type { AnyOperation } from './operation.ts';
import { createOverload, type Overload } from './overload.ts';
import type { Parts } from './parts.ts';
import { measureRequests } from './request-metrics.ts';
import { addBatch } from './routes/batch.ts';
import { addChatEvents } from './routes/chat-events.ts';
import { chatOperation } from './routes/chat.ts';
import { addConsole } from './routes/console.ts';
import { disconnectOperation } from './routes/disconnect.ts';
import { addDocs, watchRoutes } from './routes/docs.ts';
import { globalOperation } from './routes/global.ts';
import { addHandOff } from './routes/hand-off.ts';
import { addHealth } from './routes/health.ts';
import { addMembers } from './routes/members.ts';
import { messageOperations } from './routes/message.ts';
import { addNodes } from './routes/nodes.ts';
import { notificationOperation } from './routes/notification.ts';
import { addOnlineUsers } from './routes/online-users.ts';
import { operatorsOperation } from './routes/operators.ts';
import { createSchemas, limitsOf } from './schemas.ts';
import { createServer } from './server.ts';
import { createServiceRate, limitServices, type TakeCalls } from './service-rate.ts';

export interface IngressOptions {
  readonly version: string;
  readonly config: IngressConfig;
  readonly bus: Bus;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly health: () => Health;
}

interface Context extends IngressOptions {
  readonly limits: Limits;
  readonly parts: Parts;
  readonly operations: readonly AnyOperation[];
  readonly measurements: Measurements;
  readonly overload: Overload;
  readonly takeCalls: TakeCalls;
}

/** Users that `GET /chats/{id}/members` lists at most. */
const membersMaxUsers = 10_000;

/** The server with every route, ready to listen. */
export async function createIngress(options: IngressOptions): Promise<FastifyInstance> {
  const { config, logger, metrics } = options;
  const measurements = createMeasurements(metrics);
  const limits = limitsOf(config);
  const server = createServer({
    headMaxBytes: limits.requestHeadMaxBytes,
    logger,
    bodyMaxBytes: limits.httpBodyMaxBytes,
    jsonDepthMax: limits.jsonDepthMax,
    requestTimeoutMs: config.REQUEST_TIMEOUT_MS,
    onRefused: measurements.refused,
  });
  measureRequests(server, measurements);
  const methods = watchMethods(server);
  const parts = createParts(options, limits, measurements);
  const operations = createOperations(parts, config);
  const holdback = createHoldback(options, measurements);
  const context = { ...options, ...holdback, limits, parts, operations, measurements };
  await server.register((app) => addRoutes(app, context), { prefix: config.BASE_PATH ?? '' });
  methods.complete();
  await server.ready();
  return server;
}

function createHoldback({ bus, config }: IngressOptions, measurements: Measurements) {
  const { OVERLOAD_LAG_MS: lagMaxMs, SERVICE_CALLS_MAX_PER_SECOND: perSecond } = config;
  const rate = { perSecond, burst: config.SERVICE_CALLS_BURST };
  return {
    overload: createOverload({ watch: bus.nodes.watchLag(), lagMaxMs, measurements }),
    takeCalls: createServiceRate({ rates: bus.rates, rate, measurements }),
  };
}

function createParts(
  { config, bus }: IngressOptions,
  limits: Limits,
  measurements: Measurements,
): Parts {
  const append = createAppend({
    log: bus.log,
    deadlineMs: config.APPEND_TIMEOUT_MS,
    measurements,
    now: () => performance.now(),
  });
  const timestamp = createTimestamp(bus.now);
  const stamp = (): Stamp => ({ eventId: randomUUID(), ts: timestamp() });
  return { bus, append, stamp, schemas: createSchemas(limits), idempotency: createIdempotency() };
}

/** Events of one millisecond share its text: to render it costs more than all else of a stamp. */
function createTimestamp(nowMs: () => number): () => string {
  let textOfMs = Number.NaN;
  let text = '';
  return () => {
    const ms = Math.trunc(nowMs());
    if (ms !== textOfMs) {
      textOfMs = ms;
      text = new Date(ms).toISOString();
    }
    return text;
  };
}

function createOperations(parts: Parts, config: IngressConfig): AnyOperation[] {
  return [
    ...messageOperations(parts),
    chatOperation(parts, config.CHAT_UPDATES_TO_CLIENTS),
    operatorsOperation(parts),
    globalOperation(parts),
    notificationOperation(parts),
    disconnectOperation(parts, config.DISCONNECT_TIMEOUT_MS),
  ];
}

async function addRoutes(app: FastifyInstance, context: Context): Promise<void> {
  const basePath = context.config.BASE_PATH ?? '';
  await watchRoutes(app, { basePath, version: context.version });
  await app.register(async (scope) => addProtected(scope, context));
  addHealth(app, context.health);
  await addDocs(app, basePath);
  await addConsole(app, { basePath, socketSources: context.config.CONSOLE_SOCKETS ?? [] });
}

/** What needs a token. */
function addProtected(app: FastifyInstance, context: Context): void {
  const { config, parts, operations, limits, measurements, overload, takeCalls } = context;
  requireToken(app, createApiTokens(config.API_TOKENS));
  const limitConcurrency = createConcurrencyLimit(config.MAX_CONCURRENT_REQUESTS, measurements);
  const bound = (scope: FastifyInstance) => {
    limitConcurrency(scope);
    if (config.SERVICE_CALLS_MAX_PER_SECOND > 0) limitServices(scope, takeCalls);
  };
  app.register(async (scope) => {
    bound(scope);
    for (const operation of operations)
      if (operation.urgent === true) addOperation(scope, operation, limits.batchBodyMaxBytes);
    addReads(scope, parts);
  });
  app.register(async (scope) => {
    // First of all: what is refused for it shall cost nothing.
    overload.guard(scope);
    bound(scope);
    addEmitting(scope, context);
  });
}

/** What emits events, and is held back while they would be late. */
function addEmitting(app: FastifyInstance, context: Context): void {
  const { operations, limits } = context;
  for (const operation of operations)
    if (operation.urgent !== true) addOperation(app, operation, limits.batchBodyMaxBytes);
  app.register(async (scope) => addBatch(scope, batchOptions(context)));
}

function addReads(app: FastifyInstance, { bus, schemas }: Parts): void {
  const { presence, log, nodes, control, outbox } = bus;
  addOnlineUsers(app, { schemas, presence });
  addChatEvents(app, { schemas, log });
  addMembers(app, { schemas, presence, maxUsers: membersMaxUsers });
  addNodes(app, { nodes, control });
  addHandOff(app, outbox);
}

function batchOptions(context: Context) {
  const { config, limits, parts, operations, logger, overload, takeCalls } = context;
  return {
    schemas: parts.schemas,
    operations,
    maxBytes: limits.batchBodyMaxBytes,
    maxItems: limits.batchItemsMax,
    maxConcurrency: config.BATCH_MAX_CONCURRENCY,
    itemMaxBytes: limits.httpBodyMaxBytes,
    depthMax: limits.jsonDepthMax,
    async admit(tokenName: string, items: number) {
      await takeCalls(tokenName, items - 1);
      overload.owe(items - 1);
    },
    onDefect: (error: unknown) => logger.error({ err: error }, 'batch item failed'),
  };
}
