/**
 * The HTTP server before its routes: reading of bodies, problems, headers, limits. What a route
 * may rely on: its body is a JSON value that passed its schema, and `bodyText` is what was sent.
 */
import fastify, {
  LogController,
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify';
import type { ProblemCode } from '@switchboard/protocol';
import type { Logger } from '@switchboard/runtime';
import { validatorCompiler } from 'fastify-zod-openapi';
import type { Socket } from 'node:net';
import { readJson } from './json-body.ts';
import { answerOddRequests } from './odd-requests.ts';
import { problem, problemType, type Problem } from './problem.ts';
import { problemOf } from './problem-of.ts';
import { bodyParser } from './request-body.ts';
import { addSecurityHeaders } from './security-headers.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The body as it was sent; empty when there was none. */
    bodyText: string;
  }
}

export interface ServerOptions {
  readonly logger: Logger;
  /** Of the URL and all headers, without what separates them. */
  readonly headMaxBytes: number;
  readonly bodyMaxBytes: number;
  readonly requestTimeoutMs: number;
  readonly jsonDepthMax: number;
  /** A request is answered with a problem of this code. */
  readonly onRefused: (code: ProblemCode) => void;
}

/** How often slow requests are looked for. */
const slowRequestCheckMs = 1000;

/** An id of 128 characters, each of them four bytes and percent-encoded. */
const pathParameterMaxChars = 128 * 12;

export function createServer(options: ServerOptions): FastifyInstance {
  const logger: FastifyBaseLogger = options.logger;
  const tell = (error: unknown, request: FastifyRequest, reply: FastifyReply) => {
    const found = problemOf(error);
    options.onRefused(found.code);
    if (found.code === 'internal') logger.error({ err: error, url: request.url }, 'request failed');
    return sendProblem(reply, found);
  };
  const app = fastify({
    loggerInstance: logger,
    // What went wrong is logged by `tell`; what went right is counted.
    logController: new LogController({ disableRequestLogging: true }),
    // Nothing is logged by a request's own logger.
    childLoggerFactory: (parent) => parent,
    bodyLimit: options.bodyMaxBytes,
    requestTimeout: options.requestTimeoutMs,
    http: {
      maxHeaderSize: options.headMaxBytes,
      // Node swaps the two when the one for the head is the longer one.
      headersTimeout: options.requestTimeoutMs,
      connectionsCheckingInterval: slowRequestCheckMs,
      // Refused by `answerOddRequests`, with a body.
      requireHostHeader: false,
    },
    // A request that came in on an open connection during the stop is served, then the connection closed.
    return503OnClosing: false,
    routerOptions: { maxParamLength: pathParameterMaxChars },
    frameworkErrors: (error, request, reply) => void tell(error, request, reply),
    clientErrorHandler: refuseBrokenRequest,
  });
  app.decorateRequest('bodyText', '');
  app.setValidatorCompiler(compileValidator);
  app.setSerializerCompiler(() => JSON.stringify);
  app.setErrorHandler(tell);
  app.setNotFoundHandler((request, reply) => tell(problem('not_found'), request, reply));
  addSecurityHeaders(app);
  answerOddRequests(app);
  closeAfterLastAnswer(app);
  readJsonBodies(app, options.jsonDepthMax);
  return app;
}

/** Headers are declared for the document; what reads one checks it. A value in its answer would be copied at each reading. */
const compileValidator: typeof validatorCompiler = (route) =>
  route.httpPart === 'headers' ? () => true : validatorCompiler(route);

function sendProblem(reply: FastifyReply, found: Problem): FastifyReply {
  return reply
    .code(found.body.status)
    .headers(found.headers)
    .type(problemType)
    .serializer(JSON.stringify)
    .send(found.body);
}

/** While it stops, a connection ends with the answer that is under way: kept alive, it would hold up the end. */
function closeAfterLastAnswer(app: FastifyInstance): void {
  app.addHook('onSend', (_request, reply, payload, next) => {
    if (!app.server.listening) reply.header('connection', 'close');
    next(null, payload);
  });
}

function readJsonBodies(app: FastifyInstance, depthMax: number): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    'application/json',
    bodyParser((request, bytes) => {
      const body = readJson(bytes, depthMax);
      if (!body.ok) throw problem('malformed', { detail: body.reason });
      request.bodyText = body.text;
      return body.value;
    }),
  );
}

const statusOfBrokenRequest: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
};

const brokenRequestHeaders =
  'Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\nConnection: close';

/** What is not HTTP, or too slow: nothing of Fastify's is there to answer with. */
function refuseBrokenRequest(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed || !socket.writable) return;
  const status = statusOfBrokenRequest[error.code ?? ''] ?? '400 Bad Request';
  const body = JSON.stringify({
    ...problem('malformed').body,
    status: Number(status.slice(0, 3)),
  });
  socket.end(
    `HTTP/1.1 ${status}\r\nContent-Type: ${problemType}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n${brokenRequestHeaders}\r\n\r\n${body}`,
  );
}
