/** The HTTP request in which code runs, without its server knowing: from Node's own channels. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Span } from '@opentelemetry/api';

export interface HttpRequest {
  readonly startedAt: Date;
  readonly method: string;
  /** Without its query. */
  readonly path: string;
  readonly traceparent: string | undefined;
  /** Ended with the response. */
  readonly spans: Span[];
}

export interface HttpRequests {
  /** Undefined outside of requests. */
  current(): HttpRequest | undefined;
  close(): void;
}

const [start, finish] = ['http.server.request.start', 'http.server.response.finish'];

export const watchHttpRequests = (): HttpRequests => {
  const storage = new AsyncLocalStorage<HttpRequest>();
  const byResponse = new WeakMap<ServerResponse, HttpRequest>();
  const onStart = (message: unknown) => {
    const { request, response } = message as Exchange;
    const entered = describe(request);
    byResponse.set(response, entered);
    storage.enterWith(entered);
  };
  const onFinish = (message: unknown) => {
    const { response } = message as Exchange;
    for (const span of byResponse.get(response)?.spans ?? []) {
      span.setAttribute('http.response.status_code', response.statusCode).end();
    }
  };
  subscribe(start, onStart);
  subscribe(finish, onFinish);
  return {
    current: () => storage.getStore(),
    close() {
      unsubscribe(start, onStart);
      unsubscribe(finish, onFinish);
    },
  };
};

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

const describe = ({ method = '', url = '', headers }: IncomingMessage): HttpRequest => ({
  startedAt: new Date(),
  method,
  path: url.split('?')[0] ?? '',
  traceparent: typeof headers.traceparent === 'string' ? headers.traceparent : undefined,
  spans: [],
});
