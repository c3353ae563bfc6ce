/** The traces themselves, by OpenTelemetry's SDK. Loaded only when an endpoint is named. */
import { setTimeout as delay } from 'node:timers/promises';
import {
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  diag,
  DiagLogLevel,
  trace,
  type Attributes,
  type Context,
  type Span,
  type Tracer,
} from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  BatchSpanProcessor,
  RandomIdGenerator,
  SamplingDecision,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import { watchHttpRequests, type HttpRequest } from './http-requests.ts';
import { traceIdsOf } from './trace-ids.ts';
import type { TracedLog, Tracing, TracingOptions } from './contract.ts';

const flushEveryMs = 1_000;
const stopWithinMs = 2_000;

interface Event {
  readonly eventId: string;
  /** Its name, where it is appended. */
  readonly event?: string;
  /** Its name, where it is followed. */
  readonly name?: string;
  readonly chatId?: string;
}

interface AppendRequest {
  readonly event: Event;
}

interface Listener {
  event(event: Event): void;
}

export const startTracing = (options: TracingOptions & { readonly endpoint: string }): Tracing => {
  const ids = createIds();
  // By the trace id alone: what one process traces of an event all of them do.
  const sampler = new TraceIdRatioBasedSampler(options.ratio);
  const provider = createProvider(options, { idGenerator: ids.generator, sampler });
  const tracer = provider.getTracer('switchboard', options.version);
  const requests = watchHttpRequests();
  const reached = { sockets: 0 };
  const firstSpan = (event: Event) => {
    const request = requests.current();
    const span = ids.with(traceIdsOf(event.eventId), () => startFirst(tracer, event, request));
    request?.spans.push(span);
    return { span, endsWithRequest: request !== undefined };
  };
  return {
    log: (log) => traceLog(log, { tracer, firstSpan, reached, isTraced: asks(sampler) }),
    publish: (publish) => (topic, frame) => {
      const sockets = publish(topic, frame);
      reached.sockets += sockets;
      return sockets;
    },
    async stop() {
      requests.close();
      const finished = new AbortController();
      const tooLate = delay(stopWithinMs, undefined, { signal: finished.signal });
      const stopped = provider.shutdown().catch(() => undefined);
      await Promise.race([stopped, tooLate]).finally(() => finished.abort());
    },
  };
};

const createProvider = (
  { endpoint, role, version, nodeId, onWarning }: TracingOptions & { endpoint: string },
  made: { idGenerator: Ids['generator']; sampler: TraceIdRatioBasedSampler },
): TracerProvider => {
  const warn = (message: string, ...details: unknown[]) => onWarning(message, { details });
  const quiet = () => {};
  diag.setLogger(
    { error: warn, warn, info: quiet, debug: quiet, verbose: quiet },
    DiagLogLevel.WARN,
  );
  const url = `${endpoint.replace(/\/+$/u, '')}/v1/traces`;
  const exporter = new OTLPTraceExporter({ url });
  return new TracerProvider({
    ...made,
    spanProcessors: [new BatchSpanProcessor({ exporter, scheduledDelayMillis: flushEveryMs })],
    resource: resourceFromAttributes({
      'service.name': `switchboard-${role}`,
      'service.version': version,
      'service.instance.id': nodeId,
    }),
  });
};

interface Ids {
  readonly generator: { generateTraceId(): string; generateSpanId(): string };
  /** Spans that `start` starts get these ids. */
  with<T>(ids: { traceId: string; firstSpanId: string }, start: () => T): T;
}

const createIds = (): Ids => {
  const random = new RandomIdGenerator();
  let given: { traceId: string; firstSpanId: string } | undefined;
  return {
    generator: {
      generateTraceId: () => given?.traceId ?? random.generateTraceId(),
      generateSpanId: () => given?.firstSpanId ?? random.generateSpanId(),
    },
    with(ids, start) {
      given = ids;
      try {
        return start();
      } finally {
        given = undefined;
      }
    },
  };
};

const attributesOf = ({ eventId, event, name, chatId }: Event): Attributes => ({
  'switchboard.event_id': eventId,
  'switchboard.event': event ?? name,
  ...(chatId !== undefined && { 'switchboard.chat_id': chatId }),
});

const startFirst = (tracer: Tracer, event: Event, request: HttpRequest | undefined): Span => {
  const attributes = attributesOf(event);
  if (request === undefined) {
    return tracer.startSpan(`socket ${event.event}`, {
      root: true,
      kind: SpanKind.SERVER,
      attributes,
    });
  }
  const { method, path, startedAt } = request;
  return tracer.startSpan(`${method} ${path}`, {
    root: true,
    kind: SpanKind.SERVER,
    startTime: startedAt,
    attributes: { ...attributes, 'http.request.method': method, 'url.path': path },
    links: linksOf(request),
  });
};

/** The caller's own trace: an event's is made from its id, so that the two are linked and not one. */
const linksOf = ({ traceparent = '' }: HttpRequest) => {
  const [, traceId, spanId] =
    /^[\da-f]{2}-([\da-f]{32})-([\da-f]{16})-[\da-f]{2}/u.exec(traceparent) ?? [];
  if (traceId === undefined || spanId === undefined) return [];
  return [{ context: { traceId, spanId, traceFlags: TraceFlags.NONE, isRemote: true } }];
};

/** Before anything is made for a span: most events have none where only a part is traced. */
const asks = (sampler: TraceIdRatioBasedSampler) => {
  const { RECORD_AND_SAMPLED } = SamplingDecision;
  return ({ eventId }: Event): boolean =>
    sampler.shouldSample(ROOT_CONTEXT, traceIdsOf(eventId).traceId).decision === RECORD_AND_SAMPLED;
};

interface LogTracing {
  readonly isTraced: (event: Event) => boolean;
  readonly tracer: Tracer;
  readonly firstSpan: (event: Event) => { span: Span; endsWithRequest: boolean };
  /** What publishes have reached since it was set to 0. */
  readonly reached: { sockets: number };
}

const traceLog = <L extends TracedLog>(log: L, tracing: LogTracing): L => {
  const append = log.append.bind(log) as (request: AppendRequest) => Promise<{ kind: string }>;
  const followRoom = log.followRoom.bind(log) as (chatId: string, listener: Listener) => unknown;
  const followFeed = log.followFeed.bind(log) as (id: number, listener: Listener) => unknown;
  return {
    ...log,
    append: (request: AppendRequest) =>
      tracing.isTraced(request.event) ? traceAppend(request, append, tracing) : append(request),
    followRoom: (chatId: string, listener: Listener) =>
      followRoom(chatId, traceListener(listener, 'room', tracing)),
    followFeed: (partition: number, listener: Listener) =>
      followFeed(partition, traceListener(listener, 'feed', tracing)),
  };
};

const traceAppend = async (
  request: AppendRequest,
  append: (request: AppendRequest) => Promise<{ kind: string }>,
  { tracer, firstSpan }: LogTracing,
): Promise<{ kind: string }> => {
  const { span: first, endsWithRequest } = firstSpan(request.event);
  const parent = trace.setSpan(ROOT_CONTEXT, first);
  const span = tracer.startSpan('append', { kind: SpanKind.PRODUCER }, parent);
  try {
    const outcome = await append(request);
    span.setAttribute('switchboard.outcome', outcome.kind);
    return outcome;
  } catch (error) {
    for (const one of [span, first]) one.setStatus({ code: SpanStatusCode.ERROR });
    span.recordException(error instanceof Error ? error : String(error));
    throw error;
  } finally {
    span.end();
    if (!endsWithRequest) first.end();
  }
};

/** What is done with a logged event, which is the fan-out; ephemeral events have no trace. */
const traceListener = (
  listener: Listener,
  target: 'room' | 'feed',
  { tracer, reached, isTraced }: LogTracing,
): Listener => {
  const inherited = Object.create(listener) as Listener;
  inherited.event = (event) => {
    if (!isTraced(event)) return listener.event(event);
    const attributes = attributesOf(event);
    const options = { kind: SpanKind.CONSUMER, attributes };
    const span = tracer.startSpan(`fan out to ${target}`, options, contextOf(event));
    reached.sockets = 0;
    try {
      listener.event(event);
    } finally {
      span.setAttribute('switchboard.sockets', reached.sockets).end();
    }
  };
  return inherited;
};

const contextOf = ({ eventId }: Event): Context => {
  const { traceId, firstSpanId: spanId } = traceIdsOf(eventId);
  const parent = { traceId, spanId, traceFlags: TraceFlags.SAMPLED, isRemote: true };
  return trace.setSpanContext(ROOT_CONTEXT, parent);
};
